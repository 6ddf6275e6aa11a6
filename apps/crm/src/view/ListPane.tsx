/** The frame around each tab's list: search, actions, and what to show while there is nothing. */
import { Alert, Button, EmptyState, Spinner, Stack, TextField } from "@berth/sdk/view/preact";
import type { ComponentChildren } from "preact";

interface ListPaneProps {
  /** What the list holds, such as "contacts". */
  readonly noun: string;
  readonly search: string;
  readonly onSearch: (search: string) => void;
  readonly addLabel: string;
  readonly onAdd: () => void;
  /** False while what a new one begins with is on its way. Default true. */
  readonly canAdd?: boolean;
  readonly actions?: ComponentChildren;
  readonly error: string | undefined;
  /** Undefined while the list is on its way. */
  readonly count: number | undefined;
  readonly children: ComponentChildren;
}

export function ListPane(props: ListPaneProps) {
  const {
    actions,
    addLabel,
    canAdd = true,
    children,
    count,
    error,
    noun,
    onAdd,
    onSearch,
    search,
  } = props;
  return (
    <Stack>
      <Stack direction="horizontal" align="end" justify="between" isWrapping>
        <TextField
          label={`Search ${noun}`}
          type="search"
          value={search}
          maxLength={100}
          onChange={onSearch}
        />
        <Stack direction="horizontal" isWrapping>
          {actions}
          <Button variant="primary" isDisabled={!canAdd} onPress={onAdd}>
            {addLabel}
          </Button>
        </Stack>
      </Stack>
      {error !== undefined && <Alert tone="danger">{error}</Alert>}
      {count === undefined ? (
        error === undefined && <Spinner label={`Loading ${noun}`} />
      ) : count === 0 ? (
        <EmptyState
          title={search === "" ? `No ${noun} yet` : `No ${noun} match`}
          description={search === "" ? `Add the first by "${addLabel}".` : "Search for less."}
        />
      ) : (
        children
      )}
    </Stack>
  );
}
