/**
 * Lets the pages of products that embed Berth call its API (Fetch Standard, CORS protocol).
 *
 * Trust: without `access-control-allow-credentials` no cookie of ours goes with such a call, and no
 * answer to one that had a cookie is shown to the page: it acts by a bearer token or not at all.
 */
import { apiPrefix } from "@berth/protocol/api";

export interface Cors {
  /** The answer to a preflight of the API's; undefined for any other request. */
  answerPreflight(request: Request): Response | undefined;
  /** Makes the answer readable to the page that asked, if it is one of the origins. */
  allow(request: Request, response: Response): Response;
}

const allowedHeaders = "authorization, content-type, last-event-id";
const allowedMethods = "GET, POST, PUT, DELETE";
const shownHeaders = "berth-request-id, retry-after";
const preflightSeconds = "7200";

export function createCors(origins: () => readonly string[]): Cors {
  const findOrigin = ({ headers, url }: Request): string | undefined => {
    const origin = headers.get("origin");
    const isApi = new URL(url).pathname.startsWith(`${apiPrefix}/`);
    return origin !== null && isApi && origins().includes(origin) ? origin : undefined;
  };
  const allow: Cors["allow"] = (request, response) => {
    const origin = findOrigin(request);
    if (origin === undefined) return response;
    response.headers.set("access-control-allow-origin", origin);
    response.headers.set("access-control-expose-headers", shownHeaders);
    response.headers.append("vary", "origin");
    return response;
  };
  return {
    allow,
    answerPreflight(request) {
      const isPreflight =
        request.method === "OPTIONS" && request.headers.has("access-control-request-method");
      if (!isPreflight || findOrigin(request) === undefined) return undefined;
      const headers = {
        "access-control-allow-headers": allowedHeaders,
        "access-control-allow-methods": allowedMethods,
        "access-control-max-age": preflightSeconds,
      };
      return allow(request, new Response(null, { status: 204, headers }));
    },
  };
}
