/** The view: draws with the catalog's components and calls the function in server.ts. */
import {
  Alert,
  Button,
  definePreactView,
  EmptyState,
  Page,
  Spinner,
  Stack,
  Table,
  TextField,
  useView,
} from "@berth/sdk/view/preact";
import { useCallback, useEffect, useState } from "preact/hooks";

interface Note {
  readonly id: string;
  readonly text: string;
}

function Notes() {
  const view = useView();
  const [notes, setNotes] = useState<readonly Note[]>();
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();

  const load = useCallback(async () => {
    const answer = await view.fetch("/api/notes");
    if (!answer.ok) throw new Error(`The app answered ${answer.status}.`);
    setNotes(((await answer.json()) as { notes: Note[] }).notes);
  }, [view]);

  const attempt = useCallback(async (work: () => Promise<void>) => {
    try {
      await work();
      setError(undefined);
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
    }
  }, []);

  useEffect(() => {
    void attempt(load);
  }, [attempt, load]);

  function change(path: string, init: Parameters<typeof view.fetch>[1]): void {
    void attempt(async () => {
      const answer = await view.fetch(path, init);
      if (!answer.ok) throw new Error(`The app answered ${answer.status}.`);
      await load();
    });
  }

  function add(): void {
    if (text.trim() === "") return;
    setText("");
    change("/api/notes", { json: { text } });
  }

  return (
    <Page title="__APP_NAME__" subtitle="Press a note to remove it">
      {error !== undefined && (
        <Alert tone="danger" title="That did not work" onClose={() => setError(undefined)}>
          {error}
        </Alert>
      )}
      <Stack direction="horizontal" align="end">
        <TextField label="A note" value={text} onChange={setText} onSubmit={add} />
        <Button variant="primary" onPress={add}>
          Add
        </Button>
      </Stack>
      {notes === undefined ? (
        <Spinner label="Loading the notes" />
      ) : notes.length === 0 ? (
        <EmptyState title="No notes yet" description="Write the first one above." />
      ) : (
        <Table
          label="Notes"
          columns={[{ key: "text", label: "Note" }]}
          rows={notes.map(({ id, text: note }) => ({ id, cells: { text: note } }))}
          isRowPressable
          onRowPress={(id) => change(`/api/notes/${id}`, { method: "DELETE" })}
        />
      )}
    </Page>
  );
}

definePreactView(Notes);
