/** Where a key's passphrase comes from: BERTH_KEY_PASSPHRASE, else a question. */
import { BerthError } from "@berth/protocol";
import type { CliContext } from "../context.ts";
import type { StoredKey } from "./key-store.ts";

const shortestChars = 8;
const option = "BERTH_KEY_PASSPHRASE";

/** Undefined when the key is kept in clear. */
export async function passphraseOf(
  { env, terminal }: CliContext,
  key: StoredKey,
): Promise<string | undefined> {
  if (!key.isEncrypted) return undefined;
  return env[option] ?? (await terminal.askSecret(`Passphrase of the key ${key.name}`, option));
}

/**
 * A passphrase for a new key, asked for twice.
 *
 * @throws BerthError OPTION_INVALID when it is short, or the two differ
 */
export async function newPassphrase({ env, terminal }: CliContext): Promise<string> {
  const given = env[option];
  // Other commands make a key on the way, without the option of `keys create`.
  const otherwise = `${option}, or make one by \`berth keys create --no-passphrase\``;
  const first = given ?? (await terminal.askSecret("A passphrase for the new key", otherwise));
  if ([...first].length < shortestChars) {
    throw new BerthError(
      "OPTION_INVALID",
      `The passphrase has ${[...first].length} characters; take at least ${shortestChars}, better a sentence.`,
      { details: { option: "passphrase" } },
    );
  }
  if (given !== undefined) return first;
  if ((await terminal.askSecret("The same again", option)) === first) return first;
  throw new BerthError("OPTION_INVALID", "The two passphrases differ; run the command again.", {
    details: { option: "passphrase" },
  });
}
