import type { GrantDetail } from "@berth/protocol/api";
import { defineCommand } from "../command.ts";
import { findInstallation } from "../connection/installation.ts";
import { permissionText } from "../consent/grant-terms.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

interface ListOptions {
  readonly org?: string;
}

export const grantsListCommand = defineCommand<ListOptions>({
  usage: "grants list <installation>",
  summary: "show what an app may do, for whom and when, and what it asks for beside that",
  examples: ["berth grants list my-app", "berth grants list my-app --json"],
  options: [{ flags: "--org <slug>", description: "default: your only one" }],
  async run(context, [wanted = ""], { org }) {
    const { connection, params } = await findInstallation(context, wanted, org);
    const { signal, terminal } = context;
    const listed = await connection.client.call("listGrants", { params }, { signal });
    const { grants, notGranted } = listed;
    terminal.print(
      grants.length > 0
        ? formatTable([
            ["GRANT", "PERMISSION", "FOR", "IF", "UNTIL", "LAST USED"],
            ...grants.map(rowOf),
          ])
        : "Nothing is granted.",
    );
    if (notGranted.length > 0) {
      const rows = notGranted.map((each) => [
        permissionText(each),
        each.optional ? "optional" : "needed",
      ]);
      terminal.print(
        `\nAsked for and not granted:\n${formatTable(rows.map((row) => row.map(plainLine)))}`,
      );
    }
    terminal.result(listed);
    return undefined;
  },
});

function rowOf(grant: GrantDetail): string[] {
  const { conditions, expiresAt, id, isExpired, lastUsedAt, scope } = grant;
  const people = scope?.persons.map(({ name }) => name) ?? [];
  return [
    id,
    permissionText(grant),
    scope === null ? "everybody" : [...people, ...scope.groups].join(", "),
    Object.keys(conditions).join(", ") || "-",
    expiresAt === null ? "-" : `${expiresAt.slice(0, 16)}${isExpired ? " (over)" : ""}`,
    lastUsedAt?.slice(0, 16) ?? "never",
  ].map(plainLine);
}
