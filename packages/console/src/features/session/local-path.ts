/**
 * The path to go to after signing in, when it is one of this console.
 *
 * Trust: it comes from the address bar, so it may be anything. Browsers read `//host` and `/\host`
 * as other sites, and `/.//host` resolves to the path `//host`; only what resolves to this very origin,
 * and still does when it is resolved again, is followed.
 */
export function localPath(value: unknown, origin: string): string {
  if (typeof value !== "string" || !value.startsWith("/")) return "/";
  try {
    const url = new URL(value, origin);
    if (url.origin !== origin || url.pathname.startsWith("/sign-in")) return "/";
    const path = url.pathname + url.search;
    return new URL(path, origin).href === origin + path ? path : "/";
  } catch {
    // What does not parse leads nowhere; the first page is always there.
    return "/";
  }
}
