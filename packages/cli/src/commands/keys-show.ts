import { defineCommand } from "../command.ts";
import { defaultKeyName, getKey, keyFile } from "../keys/key-store.ts";

export const keysShowCommand = defineCommand({
  usage: "keys show [name]",
  summary: "show a key's id and public half, to register it elsewhere",
  examples: ["berth keys show", "berth keys show work --json"],
  async run(context, [name = defaultKeyName]) {
    const { createdAt, isEncrypted, keyId, publicKey } = await getKey(context, name);
    const file = keyFile(context, name);
    context.terminal.print(
      `Key ${name}, id ${keyId}\npublic ${publicKey}\nmade ${createdAt}, ${isEncrypted ? "under a passphrase" : "kept in clear"}\nkept in ${file}`,
    );
    context.terminal.result({ name, keyId, publicKey, createdAt, isEncrypted, file });
    return undefined;
  },
});
