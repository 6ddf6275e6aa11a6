/** Contacts in and out as CSV. */
import {
  Alert,
  DownloadButton,
  FileField,
  Modal,
  Spinner,
  Stack,
  Text,
} from "@berth/sdk/view/preact";
import { useCallback, useState } from "preact/hooks";
import type { CrmApi, ImportAnswer } from "./api.ts";
import { useList } from "./use-list.ts";

interface TransferModalProps {
  readonly api: CrmApi;
  readonly onClose: () => void;
  readonly onImported: () => void;
}

/** The catalog's bound on what one button can hand over. */
const maxDownloadChars = 900_000;

export function TransferModal({ api, onClose, onImported }: TransferModalProps) {
  const [isBusy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<ImportAnswer>();
  const [error, setError] = useState<string>();
  const file = useList(useCallback(() => api.exportContacts(), [api]));

  async function importFile(text: string): Promise<void> {
    setBusy(true);
    setError(undefined);
    try {
      setAnswer(await api.importContacts(text));
      file.reload();
      onImported();
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
    } finally {
      setBusy(false);
    }
  }

  const content = file.data ?? "";
  return (
    <Modal title="Import or export contacts" isOpen onClose={onClose}>
      <Stack>
        <FileField
          label="A CSV file"
          description="Columns: name, email, phone, company, notes. Contacts are known by e-mail."
          accept={[".csv"]}
          maxBytes={900_000}
          isDisabled={isBusy}
          onChange={({ text }) => void importFile(text)}
        />
        {isBusy && <Spinner label="Importing" />}
        {error !== undefined && <Alert tone="danger">{error}</Alert>}
        {answer && (
          <Alert tone={answer.problems.length > 0 ? "warning" : "success"}>
            <Stack gap="xs">
              <Text>{`${answer.created} new, ${answer.updated} changed, ${answer.problems.length} left out.`}</Text>
              {answer.problems.slice(0, 10).map(({ line, message }) => (
                <Text key={line} size="sm">
                  {message}
                </Text>
              ))}
            </Stack>
          </Alert>
        )}
        {file.error !== undefined && <Alert tone="danger">{file.error}</Alert>}
        {content.length > maxDownloadChars ? (
          <Alert tone="warning">There are too many contacts for one file.</Alert>
        ) : (
          <DownloadButton
            label="Download all contacts"
            fileName="contacts.csv"
            mediaType="text/csv"
            content={content}
            isDisabled={file.data === undefined}
          />
        )}
      </Stack>
    </Modal>
  );
}
