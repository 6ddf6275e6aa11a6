/** For whom, when and until when something is granted, as options of the command line say it. */
import { BerthError } from "@berth/protocol";
import type { PermissionView } from "@berth/protocol/api";
import { parseConfigText } from "./config.ts";

export const termOptions = [
  { flags: "--person <ids>", description: "only for these members, divided by commas" },
  { flags: "--group <names>", description: "only for these groups, divided by commas" },
  { flags: "--if <json>", description: "conditions; never wider than the manifest's" },
  {
    flags: "--until <time>",
    description: "ISO 8601, such as 2027-01-31 or 2027-01-31T18:00:00Z",
  },
  { flags: "--reason <text>", description: "shown to admins" },
] as const;

export interface TermOptions {
  readonly person?: string;
  readonly group?: string;
  readonly if?: string;
  readonly until?: string;
  readonly reason?: string;
}

export interface ScopeTerms {
  readonly persons: string[];
  readonly groups: string[];
}

/** A permission as the commands name it, such as `api /orders/* read`. */
export function permissionText({ actions, resource, type }: PermissionView): string {
  return `${type} ${resource} ${actions.join(",")}`;
}

/** Null: nobody was named. */
export function readScope({ person, group }: TermOptions): ScopeTerms | null {
  const persons = namesIn(person);
  const groups = namesIn(group);
  return persons.length + groups.length === 0 ? null : { persons, groups };
}

/** @throws BerthError OPTION_INVALID */
export function readConditions(text: string): Record<string, unknown> {
  try {
    return parseConfigText(text);
  } catch (cause) {
    throw new BerthError("OPTION_INVALID", '--if is no JSON object, such as {"roles":["admin"]}.', {
      cause,
      details: { option: "if" },
    });
  }
}

/** @throws BerthError OPTION_INVALID */
export function readTime(text: string): string {
  const at = new Date(text);
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  throw new BerthError(
    "OPTION_INVALID",
    `--until is ${JSON.stringify(text.slice(0, 60))}; expected a time such as 2027-01-31T18:00:00Z.`,
    { details: { option: "until" } },
  );
}

function namesIn(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}
