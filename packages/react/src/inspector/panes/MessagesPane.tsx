import type { AppInspection, MessageEntry } from "@berth/browser/inspect";
import { Fragment, memo, type ReactNode, useId, useState } from "react";
import { useInspectorContext } from "../inspector-context.ts";
import { Choice, Search } from "../parts/filters.tsx";
import { LiveTable } from "../parts/LiveTable.tsx";
import { useNewest } from "../parts/use-newest.tsx";

export interface MessagesPaneProps {
  readonly app: AppInspection;
  /** Somebody reads one: it should not be driven away by what follows. */
  readonly onRead: () => void;
}

type Direction = MessageEntry["direction"] | "all";

/** What goes over the app's port, both ways, the latest first. */
export function MessagesPane({ app, onRead }: MessagesPaneProps): ReactNode {
  const { words, format } = useInspectorContext();
  const [direction, setDirection] = useState<Direction>("all");
  const [search, setSearch] = useState("");
  const [openId, setOpenId] = useState<number>();
  const wanted = search.toLowerCase();
  const found = app.messages.filter(
    (entry) =>
      (direction === "all" || entry.direction === direction) &&
      (wanted === "" || `${entry.kind} ${entry.text}`.toLowerCase().includes(wanted)),
  );
  const [shown, more] = useNewest(found);
  const toggle = (id: number): void => {
    setOpenId(openId === id ? undefined : id);
    if (openId !== id) onRead();
  };
  return (
    <>
      <div className="berth-inspector-filters">
        <Choice
          label={words.direction}
          value={direction}
          options={[
            ["all", words.all],
            ["fromApp", words.fromApp],
            ["toApp", words.toApp],
          ]}
          onChange={setDirection}
        />
        <Search value={search} onChange={setSearch} />
        <span className="berth-inspector-kept">
          {words.kept(format.number(app.messages.length), format.number(app.totals.messages))}
        </span>
      </div>
      {shown.length === 0 ? (
        <p className="berth-inspector-empty">
          {app.messages.length === 0 ? words.noMessages : words.nothingFound}
        </p>
      ) : (
        <LiveTable
          label={words.tabs.messages}
          columns={[
            { title: words.time },
            { title: words.direction },
            { title: words.kind },
            { title: words.size, align: "end" },
            { title: words.content, isWideOnly: true, isFlexible: true },
          ]}
        >
          {shown.map((entry) => (
            <MessageRow
              key={entry.id}
              entry={entry}
              isOpen={entry.id === openId}
              onToggle={toggle}
            />
          ))}
        </LiveTable>
      )}
      {more}
    </>
  );
}

interface MessageRowProps {
  readonly entry: MessageEntry;
  readonly isOpen: boolean;
  readonly onToggle: (id: number) => void;
}

const previewLength = 160;

const MessageRow = memo(
  function MessageRow({ entry, isOpen, onToggle }: MessageRowProps): ReactNode {
    const { words, format } = useInspectorContext();
    const id = useId();
    return (
      <Fragment>
        <tr data-open={isOpen}>
          <td>
            <time>{format.time(entry.at)}</time>
          </td>
          <td>
            <span className="berth-inspector-way" data-way={entry.direction}>
              {words[entry.direction]}
            </span>
          </td>
          <td>
            <button
              type="button"
              className="berth-row-button"
              aria-expanded={isOpen}
              aria-controls={isOpen ? id : undefined}
              onClick={() => onToggle(entry.id)}
            >
              {entry.kind}
            </button>
          </td>
          <td data-align="end">{format.bytes(entry.bytes)}</td>
          <td data-wide data-flexible>
            <code className="berth-inspector-preview">{entry.text.slice(0, previewLength)}</code>
          </td>
        </tr>
        {isOpen ? (
          <tr id={id} className="berth-inspector-detail">
            <td colSpan={5}>
              <pre>{entry.text}</pre>
              {entry.isCut ? <p>{words.cut(format.bytes(entry.bytes))}</p> : null}
            </td>
          </tr>
        ) : null}
      </Fragment>
    );
  },
  // What toggling does depends on the row alone.
  (before, after) => before.entry === after.entry && before.isOpen === after.isOpen,
);
