/**
 * A client that holds a session instead of a key, as a browser does: in this process's memory.
 *
 * Trust: cookies go to the server that set them and nowhere else.
 */
import { type BerthClient, createClient } from "@berth/client";

export function createCookieClient(url: string): BerthClient {
  const cookies = new Map<string, string>();
  return createClient({
    baseUrl: url,
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set("origin", url);
      const sent = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      if (sent) headers.set("cookie", sent);
      const response = await fetch(input, { ...init, headers });
      for (const cookie of response.headers.getSetCookie()) {
        const [pair = ""] = cookie.split(";", 1);
        const at = pair.indexOf("=");
        if (at > 0) cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
      }
      return response;
    },
  });
}
