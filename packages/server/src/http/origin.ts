/**
 * Refuses requests that another site's page makes in a member's name (CSRF).
 *
 * Trust: `Origin` and `Sec-Fetch-Site` are set by browsers and out of a page's reach; a client that is
 * no browser may send anything, but then has no member's cookie to misuse. An API key is never sent
 * by a browser of itself, so it needs no check.
 */
import { BerthError } from "@berth/protocol";

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

function refuse(what: string): BerthError {
  return new BerthError(
    "AUTH_ORIGIN_REFUSED",
    `The request came from ${what}; send it from a page of this Berth, or with an API key.`,
  );
}

/** @throws AUTH_ORIGIN_REFUSED */
export function checkOrigin(
  request: Request,
  allowed: {
    readonly all: readonly string[];
    /** A product's page acts by a bearer token or not at all, also where it is of the same site. */
    readonly byCookie: readonly string[];
    /**
     * Of a stream's request, which holds something for as long as it lasts. A browser asks for one without
     * an `Origin` from a page of our own, and with one from any other.
     */
    readonly isStream: boolean;
  },
): void {
  const { headers, method } = request;
  if (safeMethods.has(method)) {
    const isForeign =
      headers.has("origin") || /^(cross|same)-site$/.test(headers.get("sec-fetch-site") ?? "");
    if (!allowed.isStream || !isForeign) return;
  }
  if (headers.has("x-api-key") || headers.has("authorization")) return;
  const origin = headers.get("origin");
  if (origin !== null) {
    if ((headers.has("cookie") ? allowed.byCookie : allowed.all).includes(origin)) return;
    throw refuse(`the origin ${origin.slice(0, 200)}`);
  }
  const site = headers.get("sec-fetch-site");
  if (site === "same-origin") return;
  if (site !== null) throw refuse("another site");
  if (headers.has("cookie")) throw refuse("a client that sends a cookie but no Origin");
}
