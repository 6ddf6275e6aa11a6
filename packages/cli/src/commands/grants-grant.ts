import { BerthError } from "@berth/protocol";
import type { PermissionView } from "@berth/protocol/api";
import { defineCommand } from "../command.ts";
import { findInstallation } from "../connection/installation.ts";
import { parseConfigText } from "../consent/config.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface GrantOptions {
  readonly org?: string;
  readonly person?: string;
  readonly group?: string;
  readonly if?: string;
  readonly until?: string;
  readonly reason?: string;
}

export const grantsGrantCommand = defineCommand<GrantOptions>({
  usage: "grants grant <installation> <permission>",
  summary: "grant what an app's manifest asks for and was not granted",
  examples: [
    "berth grants grant my-app 'network api.example.com connect'",
    `berth grants grant my-app 'api /admin/* read' --group staff --until 2027-01-31 --if '{"roles":["admin"]}'`,
  ],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "--person <ids>", description: "only for these members, divided by commas" },
    { flags: "--group <names>", description: "only for these groups, divided by commas" },
    { flags: "--if <json>", description: "conditions; never wider than the manifest's" },
    {
      flags: "--until <time>",
      description: "ISO 8601, such as 2027-01-31 or 2027-01-31T18:00:00Z",
    },
    { flags: "--reason <text>", description: "shown to admins" },
  ],
  async run(context, [wanted = "", permission = ""], options) {
    const { connection, installation, params } = await findInstallation(
      context,
      wanted,
      options.org,
    );
    const { client } = connection;
    const { signal } = context;
    const { notGranted } = await client.call("listGrants", { params }, { signal });
    const { actions, resource, type } = findAsked(notGranted, String(permission));
    const persons = namesIn(options.person);
    const groups = namesIn(options.group);
    const granted = await client.call(
      "grantPermission",
      {
        params,
        body: {
          permission: { type, resource, actions },
          scope: persons.length + groups.length === 0 ? null : { persons, groups },
          conditions: options.if === undefined ? null : readConditions(options.if),
          expiresAt: options.until === undefined ? null : readTime(options.until),
          ...(options.reason === undefined ? {} : { reason: options.reason }),
        },
      },
      { signal },
    );
    context.terminal.print(
      plainLine(`${installation.app} has ${wordsOf(granted)}: ${granted.id}.`),
    );
    context.terminal.result(granted);
    return undefined;
  },
});

function wordsOf({ actions, resource, type }: PermissionView): string {
  return `${type} ${resource} ${actions.join(",")}`;
}

function findAsked(asked: readonly PermissionView[], wanted: string): PermissionView {
  const found = asked.find((each) => wordsOf(each) === wanted);
  if (found !== undefined) return found;
  const list = asked.map(wordsOf).join("; ") || "nothing";
  throw new BerthError(
    "GRANT_NOT_ASKED",
    `The app does not ask for ${JSON.stringify(wanted.slice(0, 200))}, or has it already; it asks for and was not granted: ${list}.`,
  );
}

function namesIn(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

function readConditions(text: string): Record<string, unknown> {
  try {
    return parseConfigText(text);
  } catch (cause) {
    throw new BerthError("OPTION_INVALID", '--if is no JSON object, such as {"roles":["admin"]}.', {
      cause,
      details: { option: "if" },
    });
  }
}

function readTime(text: string): string {
  const at = new Date(text);
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  throw new BerthError(
    "OPTION_INVALID",
    `--until is ${JSON.stringify(text.slice(0, 60))}; expected a time such as 2027-01-31T18:00:00Z.`,
    { details: { option: "until" } },
  );
}
