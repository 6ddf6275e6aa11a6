/** What the audit page's address says: which entries, of whom, and which one is open. */
export interface AuditSearch {
  /** `host`: the whole log, for operators. */
  readonly scope?: "host";
  readonly action?: string;
  readonly actor?: string;
  readonly target?: string;
  readonly text?: string;
  /** Days, such as 2026-11-22, in the reader's time zone; both inclusive. */
  readonly from?: string;
  readonly to?: string;
  /** The index of the entry that is open. */
  readonly entry?: number;
}

export const filterNames = ["text", "action", "actor", "target", "from", "to"] as const;
export type FilterName = (typeof filterNames)[number];

const dayPattern = /^\d{4}-\d\d-\d\d$/;
const actionPattern = /^[a-z0-9.-]{1,120}\*?$/;
const maxChars = { text: 200, action: 121, actor: 500, target: 500, from: 10, to: 10 } as const;

function isFilter(name: FilterName, value: string): boolean {
  if (value === "" || value.length > maxChars[name]) return false;
  if (name === "action") return actionPattern.test(value);
  if (name !== "from" && name !== "to") return true;
  return dayPattern.test(value) && !Number.isNaN(new Date(`${value}T00:00`).getTime());
}

/** From an address that anybody may have written: what makes no sense is left out. */
export function parseAuditSearch(search: Readonly<Record<string, unknown>>): AuditSearch {
  const filters: Partial<Record<FilterName, string>> = {};
  for (const name of filterNames) {
    // An address that holds digits only is read as a number.
    const value = String(search[name] ?? "");
    if (isFilter(name, value)) filters[name] = value;
  }
  const { entry, scope } = search;
  return {
    ...filters,
    ...(scope === "host" ? { scope } : {}),
    ...(Number.isSafeInteger(entry) && Number(entry) >= 0 ? { entry: Number(entry) } : {}),
  };
}

/** The filters as the API takes them. */
export function auditQueryOf(search: AuditSearch) {
  const { action, actor, target, text, from, to } = search;
  const end = to === undefined ? undefined : new Date(`${to}T00:00`);
  end?.setDate(end.getDate() + 1);
  return {
    ...(action === undefined ? {} : { action }),
    ...(actor === undefined ? {} : { actor }),
    ...(target === undefined ? {} : { target }),
    ...(text === undefined ? {} : { text }),
    ...(from === undefined ? {} : { from: new Date(`${from}T00:00`).toISOString() }),
    ...(end === undefined ? {} : { to: end.toISOString() }),
  };
}
