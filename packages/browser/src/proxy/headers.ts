/** Which headers pass between a view and its function: the message's own, never credentials. */
import { BerthError } from "@berth/protocol";

const refusedFromView =
  /^(?:authorization|cookie.*|host|origin|referer|proxy-.*|sec-.*|berth-.*|access-control-.*|connection|keep-alive|te|trailer|transfer-encoding|upgrade|via|content-length|expect|date|dnt|service-worker.*|forwarded|x-forwarded-.*|x-http-method.*|x-method-override)$/;
const passedToView =
  /^(?:content-type|content-language|cache-control|etag|last-modified|location|link|retry-after|ratelimit.*|x-total-count|x-ratelimit-.*|berth-request-id)$/;

/** @throws BerthError REQUEST_INVALID naming the header */
export function outgoingHeaders(pairs: readonly (readonly [string, string])[]): Headers {
  const headers = new Headers();
  for (const [name, value] of pairs) {
    if (refusedFromView.test(name.toLowerCase()))
      throw new BerthError("REQUEST_INVALID", `A view may not send the header ${name}.`);
    try {
      headers.append(name, value);
    } catch (cause) {
      throw new BerthError(
        "REQUEST_INVALID",
        `The header ${JSON.stringify(name.slice(0, 60))} is not well formed.`,
        { cause },
      );
    }
  }
  return headers;
}

export function headersForView(headers: Headers): readonly (readonly [string, string])[] {
  return [...headers].filter(([name]) => passedToView.test(name));
}
