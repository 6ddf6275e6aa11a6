/**
 * Turns a single-use sign-in link into an API key of the person's own.
 *
 * The session that the link gives lives in this function only: its cookie is used to make the
 * key and then ended. Trust: the link goes to the server that it names and nowhere else.
 */
import { BerthError } from "@berth/protocol";
import { createCookieClient } from "../connection/cookie-client.ts";
import { type Login, parseServerUrl } from "./login.ts";

/** True when the text is a link, as `berth serve` prints it. */
export function isSignInLink(text: string): boolean {
  return /^https?:\/\/[^#]+#token=.+/.test(text);
}

/** @throws BerthError SIGN_IN_LINK_INVALID, OPTION_INVALID, SERVER_UNREACHABLE */
export async function loginByLink(
  link: string,
  keyName: string,
  signal: AbortSignal,
): Promise<Login> {
  const url = parseServerUrl(link);
  const token = new URLSearchParams(new URL(link).hash.slice(1)).get("token");
  if (!token || token.length < 16 || token.length > 200) {
    throw new BerthError(
      "SIGN_IN_LINK_INVALID",
      "The link holds no token; copy it whole, between quotes, because of the # in it.",
    );
  }
  const client = createCookieClient(url);
  await client.call("redeemSignInLink", { body: { token } }, { signal });
  const { secret } = await client.call("createApiKey", { body: { name: keyName } }, { signal });
  await client.call("endSession", {}, { signal });
  return { url, apiKey: secret };
}
