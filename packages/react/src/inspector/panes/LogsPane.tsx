import type { AppInspection, LogEntry } from "@berth/browser/inspect";
import { type ReactNode, useState } from "react";
import { useInspectorContext } from "../inspector-context.ts";
import { Choice, Search } from "../parts/filters.tsx";
import { LiveTable } from "../parts/LiveTable.tsx";
import { useNewest } from "../parts/use-newest.tsx";

const levels = ["debug", "info", "warn", "error"] as const;
const tones = { debug: "neutral", info: "info", warn: "warning", error: "danger" } as const;

/** What the app logged and threw, the latest first; from a level on, and with a text. */
export function LogsPane({ app }: { readonly app: AppInspection }): ReactNode {
  const { words, format } = useInspectorContext();
  const [least, setLeast] = useState<LogEntry["level"]>("debug");
  const [search, setSearch] = useState("");
  const wanted = search.toLowerCase();
  const found = app.logs.filter(
    ({ level, text }) =>
      levels.indexOf(level) >= levels.indexOf(least) &&
      (wanted === "" || text.toLowerCase().includes(wanted)),
  );
  const [shown, more] = useNewest(found);
  return (
    <>
      <div className="berth-inspector-filters">
        <Choice
          label={words.level}
          value={least}
          options={levels.map((level) => [level, words.levels[level]] as const)}
          onChange={setLeast}
        />
        <Search value={search} onChange={setSearch} />
        <span className="berth-inspector-kept">
          {words.kept(format.number(app.logs.length), format.number(app.totals.logs))}
        </span>
      </div>
      {shown.length === 0 ? (
        <p className="berth-inspector-empty">
          {app.logs.length === 0 ? words.noLogs : words.nothingFound}
        </p>
      ) : (
        <LiveTable
          label={words.tabs.logs}
          columns={[
            { title: words.time },
            { title: words.level },
            { title: words.content, isFlexible: true },
          ]}
        >
          {shown.map(({ id, at, level, text }) => (
            <tr key={id}>
              <td>
                <time>{format.time(at)}</time>
              </td>
              <td>
                <span className="berth-inspector-badge" data-tone={tones[level]}>
                  {words.levels[level]}
                </span>
              </td>
              <td data-flexible>
                <span className="berth-inspector-log">{text}</span>
              </td>
            </tr>
          ))}
        </LiveTable>
      )}
      {more}
    </>
  );
}
