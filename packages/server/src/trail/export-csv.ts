/** Entries as a table for people's own tools: RFC 4180, one line an entry, oldest first. */
import type { AuditEntryView } from "@berth/protocol/api";
import type { EntryQuestion, Search } from "./search.ts";
import type { EntryViews } from "./views.ts";

const pageSize = 500;

const columns: readonly [name: string, read: (entry: AuditEntryView) => string | number | null][] =
  [
    ["index", ({ index }) => index],
    ["at", ({ at }) => at],
    ["action", ({ action }) => action],
    ["outcome", ({ outcome }) => outcome],
    ["organization", ({ organization }) => organization],
    ["actor_kind", ({ actor }) => actor.kind],
    ["actor_id", ({ actor }) => actor.id],
    ["actor_name", ({ actor }) => actor.name],
    ["by", ({ actor }) => actor.by],
    ["target_kind", ({ target }) => target.kind],
    ["target_id", ({ target }) => target.id],
    ["details", ({ details }) => JSON.stringify(details)],
    ["personal", ({ personal }) => (personal.length === 0 ? null : JSON.stringify(personal))],
    ["request", ({ requestId }) => requestId],
  ];

/** A cell that begins so is run as a formula by spreadsheets; an apostrophe makes it a text. */
const formula = /^[=+\-@\t\r]/;

function cell(value: string | number | null): string {
  if (value === null || typeof value === "number") return String(value ?? "");
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export async function* exportCsv(options: {
  readonly search: Search;
  readonly views: EntryViews;
  readonly question: EntryQuestion;
}): AsyncGenerator<string> {
  const { search, views, question } = options;
  yield `${columns.map(([name]) => name).join(",")}\r\n`;
  let from = 0;
  for (;;) {
    const found = await search.findFrom({ ...question, from, limit: pageSize });
    const entries = await views(found);
    yield entries
      .map((entry) => `${columns.map(([, read]) => cell(read(entry))).join(",")}\r\n`)
      .join("");
    const last = found.at(-1);
    if (last === undefined || found.length < pageSize) return;
    from = last.index + 1;
  }
}
