/**
 * Errors that a federated app's own code throws outside of any call of the page: in a listener, a
 * timer, a promise. They reach the page's window; which are the app's is told by the addresses of
 * its files in them.
 */
export interface OwnErrorsOptions {
  readonly page: typeof globalThis;
  /** The addresses of the app's files. */
  readonly addresses: readonly string[];
  readonly onError: (error: unknown) => void;
}

/** Returns the end of it. */
export function createOwnErrors({ page, addresses, onError }: OwnErrorsOptions): () => void {
  const isOwn = (text: unknown) =>
    typeof text === "string" && addresses.some((address) => text.includes(address));
  const ending = new AbortController();
  const { signal } = ending;
  page.addEventListener(
    "error",
    ({ filename, error, message }) => {
      if (isOwn(filename)) onError(error ?? new Error(message));
    },
    { signal },
  );
  page.addEventListener(
    "unhandledrejection",
    ({ reason }) => {
      const { stack } = Object(reason) as { stack?: unknown };
      if (isOwn(stack)) onError(reason);
    },
    { signal },
  );
  return () => ending.abort();
}
