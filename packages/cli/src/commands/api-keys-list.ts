import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

export const apiKeysListCommand = defineCommand({
  usage: "api-keys list",
  summary: "list your API keys, with what they are limited to",
  examples: ["berth api-keys list", "berth api-keys list --json"],
  async run(context) {
    const { client } = await connect(context);
    const { keys } = await client.call("listApiKeys", {}, { signal: context.signal });
    const rows = keys.map((key) => [
      plainLine(key.name),
      key.id,
      `${key.start}…`,
      key.expiresAt?.slice(0, 10) ?? "never",
      key.lastUsedAt?.slice(0, 10) ?? "never",
      [key.organization, key.publisher].filter((place) => place !== null).join(" ") || "everywhere",
      key.permissions?.join(" ") ?? "all that you may",
    ]);
    context.terminal.print(
      rows.length > 0
        ? formatTable([["NAME", "ID", "BEGINS", "ENDS", "LAST USED", "WHERE", "MAY"], ...rows])
        : "You have no API keys.",
    );
    context.terminal.result({ keys });
    return undefined;
  },
});
