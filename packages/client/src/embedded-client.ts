/**
 * The client of a page of the product that Berth is embedded in: it has no cookie of Berth's, but asks
 * the product's own backend for a token, exchanges it, and keeps the session in memory.
 */
import type { EmbedSessionView } from "@berth/protocol/api";
import { type BerthClient, createClient } from "./client.ts";

export interface EmbeddedClientOptions {
  /** The Berth's origin, such as `https://berth.example.com`. */
  readonly baseUrl: string;
  /** Asks the product's backend for a new token of the person who uses the page. */
  readonly fetchToken: (signal?: AbortSignal) => Promise<string>;
  /** Default: the global fetch. */
  readonly fetch?: typeof fetch;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

export interface EmbeddedClient extends BerthClient {
  /** Who is using the page; opens the session if none is open. */
  session(): Promise<Pick<EmbedSessionView, "person" | "organization">>;
  /** Ends the session at the server. The next call opens another. */
  end(): Promise<void>;
}

/** A session this near its end is replaced before it is used. */
const renewBeforeMs = 60_000;

export function createEmbeddedClient(options: EmbeddedClientOptions): EmbeddedClient {
  const { baseUrl, fetchToken, now = Date.now } = options;
  const through = options.fetch === undefined ? {} : { fetch: options.fetch };
  const anonymous = createClient({ baseUrl, ...through });
  let current: EmbedSessionView | undefined;
  let opening: Promise<EmbedSessionView> | undefined;

  async function exchange(): Promise<EmbedSessionView> {
    const body = { token: await fetchToken() };
    current = await anonymous.call("exchangeEmbedToken", { body });
    return current;
  }

  /** One exchange at a time, however many calls wait for it. */
  async function open(): Promise<EmbedSessionView> {
    if (current !== undefined && Date.parse(current.expiresAt) - now() > renewBeforeMs) {
      return current;
    }
    opening ??= exchange().finally(() => {
      opening = undefined;
    });
    return opening;
  }

  const client = createClient({
    baseUrl,
    apiKey: async () => (await open()).accessToken,
    ...through,
  });
  return {
    ...client,
    async session() {
      const { person, organization } = await open();
      return { person, organization };
    },
    async end() {
      if (current === undefined) return;
      await client.call("endSession");
      current = undefined;
    },
  };
}
