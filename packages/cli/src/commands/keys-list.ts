import { defineCommand } from "../command.ts";
import { listKeys } from "../keys/key-store.ts";
import { formatTable } from "../terminal/table.ts";

export const keysListCommand = defineCommand({
  usage: "keys list",
  summary: "list the signing keys on this machine",
  examples: ["berth keys list"],
  async run(context) {
    const keys = await listKeys(context);
    const rows = keys.map(({ createdAt, isEncrypted, keyId, name }) => [
      name,
      keyId,
      createdAt.slice(0, 10),
      isEncrypted ? "passphrase" : "in clear",
    ]);
    context.terminal.print(
      keys.length > 0
        ? formatTable([["NAME", "ID", "MADE", "PROTECTED BY"], ...rows])
        : "No keys yet; `berth keys create` makes one.",
    );
    context.terminal.result({
      keys: keys.map(({ createdAt, isEncrypted, keyId, name, publicKey }) => ({
        ...{ name, keyId, publicKey, createdAt, isEncrypted },
      })),
    });
    return undefined;
  },
});
