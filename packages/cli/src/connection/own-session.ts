/**
 * Signs a person in for one act that no API key may do, such as making another key, and out again.
 *
 * The password and the code are asked for each time and kept nowhere; a sign-in link serves as well.
 */
import type { BerthClient } from "@berth/client";
import { BerthError } from "@berth/protocol";
import type { CliContext } from "../context.ts";
import { getLogin } from "../settings/login.ts";
import { isSignInLink } from "../settings/sign-in-link.ts";
import { createCookieClient } from "./cookie-client.ts";

export interface OwnSessionOptions {
  /** Instead of the password. */
  readonly link?: string;
  readonly email?: string;
}

/** For a command's `options`. */
export const ownSessionOptions = [
  { flags: "--email <address>", description: "as whom to sign in; asked for when left out" },
  { flags: "--link <link>", description: "sign in by a sign-in link instead of a password" },
] as const;

async function signIn(
  context: CliContext,
  client: BerthClient,
  { email, link }: OwnSessionOptions,
): Promise<void> {
  const { env, signal, terminal } = context;
  if (link !== undefined) {
    const token = isSignInLink(link)
      ? new URLSearchParams(new URL(link).hash.slice(1)).get("token")
      : null;
    if (token === null) {
      throw new BerthError(
        "OPTION_INVALID",
        "The link is not a sign-in link; copy the whole line that ends in #token=…, between quotes.",
        { details: { option: "link" } },
      );
    }
    await client.call("redeemSignInLink", { body: { token } }, { signal });
    return;
  }
  const body = {
    email: email ?? (await terminal.ask("Your e-mail address", "--email")),
    password: env.BERTH_PASSWORD || (await terminal.askSecret("Password", "BERTH_PASSWORD")),
  };
  const step = await client.call("signInWithPassword", { body }, { signal });
  if ("person" in step) return;
  const code = await terminal.askSecret("Code of your authenticator app", "--link");
  await client.call("proveSecondFactor", { body: { code } }, { signal });
}

/** @throws BerthError AUTH_REQUIRED, SECOND_FACTOR_INVALID, and what `act` throws */
export async function withOwnSession<Result>(
  context: CliContext,
  options: OwnSessionOptions,
  act: (client: BerthClient) => Promise<Result>,
): Promise<Result> {
  const { url } = await getLogin(context);
  const client = createCookieClient(url);
  context.terminal.note(`No key may do this, so sign in to ${url} for it.`);
  await signIn(context, client, options);
  try {
    return await act(client);
  } finally {
    await client.call("endSession", {}, { signal: context.signal });
  }
}
