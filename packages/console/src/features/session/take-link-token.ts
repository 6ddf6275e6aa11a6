/**
 * Takes the single-use token out of the address.
 *
 * The token stands in the fragment, which no server and no referrer sees; it is removed from the
 * address bar and the history before anything is done with it.
 */
export function takeLinkToken(page: {
  readonly location: Pick<Location, "hash" | "pathname" | "search">;
  readonly history: Pick<History, "replaceState" | "state">;
}): string | undefined {
  const { location, history } = page;
  const token = new URLSearchParams(location.hash.replace(/^#/, "")).get("token");
  if (location.hash !== "") {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return token === null || token === "" ? undefined : token;
}
