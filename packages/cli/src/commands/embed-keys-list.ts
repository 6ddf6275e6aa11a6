import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

export const embedKeysListCommand = defineCommand({
  usage: "embed-keys list",
  summary: "list the keys of products whose users' tokens are accepted; needs an operator's login",
  examples: ["berth embed-keys list", "berth embed-keys list --json"],
  async run(context) {
    const { client } = await connect(context);
    const { keys } = await client.call("listEmbedKeys", {}, { signal: context.signal });
    const rows = keys.map(({ algorithm, createdAt, id, issuer, lastUsedAt }) => [
      plainLine(issuer),
      id,
      algorithm,
      createdAt.slice(0, 10),
      lastUsedAt?.slice(0, 10) ?? "never",
    ]);
    context.terminal.print(
      rows.length > 0
        ? formatTable([["ISSUER", "KEY ID", "SIGNS BY", "MADE", "LAST USED"], ...rows])
        : "No keys yet; `berth embed-keys create <issuer>` makes one.",
    );
    context.terminal.result({ keys });
    return undefined;
  },
});
