import { BerthError } from "@berth/protocol";
import { defineCommand } from "../command.ts";
import { createKey, defaultKeyName, findKey, keyFile } from "../keys/key-store.ts";
import { newPassphrase } from "../keys/passphrase.ts";

interface CreateOptions {
  /** `false` when `--no-passphrase` was given. */
  readonly passphrase?: boolean;
}

export const keysCreateCommand = defineCommand<CreateOptions>({
  usage: "keys create [name]",
  summary: "make an Ed25519 signing key, under a passphrase (asked, or BERTH_KEY_PASSPHRASE)",
  examples: ["berth keys create", "BERTH_KEY_PASSPHRASE=… berth keys create work --json"],
  options: [
    {
      flags: "--no-passphrase",
      description: "keep the key in clear: whoever reads the file can publish in your name",
    },
  ],
  async run(context, [name = defaultKeyName], options) {
    const path = keyFile(context, name);
    if (await findKey(context, name)) {
      throw new BerthError(
        "FILE_EXISTS",
        `There is a key named ${name} (${path}); choose another name, as in \`berth keys create work\`.`,
      );
    }
    const isClear = options.passphrase === false;
    if (isClear) {
      context.terminal.warn(
        `The key is kept in clear; whoever reads ${path} can publish in your name.`,
      );
    }
    const passphrase = isClear ? undefined : await newPassphrase(context);
    const key = await createKey(context, name, passphrase, context.now());
    context.terminal.print(
      `Key ${name}, id ${key.keyId}\npublic ${key.publicKey}\nkept in ${path}`,
    );
    const { createdAt, isEncrypted, keyId, publicKey } = key;
    context.terminal.result({ name, keyId, publicKey, createdAt, isEncrypted, file: path });
    return undefined;
  },
});
