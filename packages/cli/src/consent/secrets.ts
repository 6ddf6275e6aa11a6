/** Values of secrets: from the environment, else a question; never from the command line. */
import { BerthError } from "@berth/protocol";
import type { CliContext } from "../context.ts";

const secretName = /^[A-Z][A-Z0-9_]{0,63}$/;

/** @throws BerthError OPTION_INVALID */
export function parseSecretName(name: string): string {
  if (secretName.test(name)) return name;
  throw new BerthError(
    "OPTION_INVALID",
    `The secret's name is ${JSON.stringify(name.slice(0, 80))}; expected the form API_TOKEN.`,
    { details: { option: "secret" } },
  );
}

/** @throws BerthError OPTION_INVALID when it is neither in the environment nor can be asked for */
export async function secretValueOf({ env, terminal }: CliContext, name: string): Promise<string> {
  const value = env[parseSecretName(name)];
  if (value) return value;
  return terminal.askSecret(
    `Value of the secret ${name}`,
    `it in the environment variable ${name}`,
  );
}
