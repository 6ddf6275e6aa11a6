/**
 * Where a browser goes after it signed in: a path of this very origin.
 *
 * Trust: it may have been written into a link by anybody. Browsers read `//host`, `/\host` and a
 * path with a tab or line feed in it as another site.
 */
const fallback = "/";
const maxChars = 500;

export function readReturnPath(value: string | undefined): string {
  if (value === undefined || value.length > maxChars || !value.startsWith("/")) return fallback;
  const base = "https://berth.invalid";
  const url = URL.canParse(value, base) ? new URL(value, base) : undefined;
  if (url === undefined || url.origin !== base) return fallback;
  const path = `${url.pathname}${url.search}`;
  // A path such as `/.//host` is a host's own once its dots are resolved.
  const isOurs = !path.startsWith("//") && !/^\/(?:api|sign-in)(?:\/|$|\?)/.test(path);
  return isOurs ? path : fallback;
}
