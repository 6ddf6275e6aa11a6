/**
 * A view's route: where the reader is inside an app, as an address below the app's own prefix
 * carries it. A path, and after it a query and a fragment if there are any.
 *
 * Trust: the text comes from a view, or from an address that anybody may have written. What passes
 * stays below whatever prefix it is put behind, for a browser as for a router that decodes it.
 */

export const maxRouteLength = 2048;

/** Where an app begins. */
export const firstRoute = "/";

/** Segments of what RFC 3986 lets a path hold, never two slashes together. */
const shape =
  /^\/(?!\/)(?:(?:[\w.~!$&'()*+,;=:@-]|%[\da-f]{2})+(?:\/(?!\/)|(?=[?#]|$)))*(?:\?(?:[\w.~!$&'()*+,;=:@/?-]|%[\da-f]{2})*)?(?:#(?:[\w.~!$&'()*+,;=:@/?-]|%[\da-f]{2})*)?$/i;
/** `.` and `..`, however written, lead out of a prefix; an encoded slash may, once decoded. */
const leadsOut = /\/(?:\.|%2e){1,2}(?:\/|$)|%(?:2f|5c|[01][\da-f]|7f)/i;

export function isViewRoute(text: unknown): text is string {
  if (typeof text !== "string" || text.length > maxRouteLength || !shape.test(text)) return false;
  const [path = ""] = text.split(/[?#]/, 1);
  return !leadsOut.test(path);
}

/** Where a view wants to go, and whether Back is to lead to where it is now. */
export interface ViewNavigation {
  readonly route: string;
  readonly isReplaced: boolean;
}
