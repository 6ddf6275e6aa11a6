/** What `berth audit list` and `berth audit export` look for: the filters of the API, as options. */
import { BerthError } from "@berth/protocol";
import type { AuditFilters } from "@berth/protocol/api";

export interface FilterOptions {
  readonly action?: string;
  readonly actor?: string;
  readonly target?: string;
  readonly installation?: string;
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
}

export const filterOptions = [
  { flags: "--action <name>", description: "such as grant.revoke, or grant.* for all of a kind" },
  { flags: "--actor <id>", description: "of who acted" },
  { flags: "--target <id>", description: "of what was acted on" },
  { flags: "--installation <id>", description: "about this installation" },
  { flags: "--from <time>", description: "as 2026-11-22 or 2026-11-22T23:00:00Z; in UTC" },
  { flags: "--to <time>", description: "as --from; a day is its first moment" },
  { flags: "--text <words>", description: "in action, target and details" },
] as const;

/** @throws OPTION_INVALID */
export function parseFilters(options: FilterOptions): AuditFilters {
  const { action, actor, from, installation, target, text, to } = options;
  return {
    ...(action === undefined ? {} : { action }),
    ...(actor === undefined ? {} : { actor }),
    ...(target === undefined ? {} : { target }),
    ...(installation === undefined ? {} : { installation }),
    ...(from === undefined ? {} : { from: parseTime("--from", from) }),
    ...(to === undefined ? {} : { to: parseTime("--to", to) }),
    ...(text === undefined ? {} : { text }),
  };
}

function parseTime(option: string, text: string): string {
  const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(
    text,
  );
  const ms = isTime ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new BerthError(
    "OPTION_INVALID",
    `${option} is ${JSON.stringify(text)}; expected a day or a time with its zone, such as 2026-11-22 or 2026-11-22T23:00:00Z.`,
    { details: { option } },
  );
}
