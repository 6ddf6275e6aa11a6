/** What a view may ask of its host. Every call is decided by the app's grants, outside. */
import type { HostApi, PermissionAnswer, PermissionAsk, ViewContext } from "@berth/protocol";
import { createState, type State } from "../server/state.ts";
import { createViewStorage, type ViewStorage } from "./storage.ts";
import { createViewFetch, type ViewFetchInit } from "./view-fetch.ts";

export interface ViewLogger {
  debug(...values: readonly unknown[]): void;
  info(...values: readonly unknown[]): void;
  warn(...values: readonly unknown[]): void;
  error(...values: readonly unknown[]): void;
}

export interface View {
  /** What the host said last: app, placement, theme, locale, grants, the persisted view state. */
  readonly context: ViewContext;
  /** Calls back after each change of the context; returns the unsubscriber. */
  onContext(listener: (context: ViewContext) => void): () => void;
  /**
   * Calls the app's own function, or the platform's API. An HTTP error is an answer.
   *
   * @param path - absolute, such as /api/orders?limit=20; needs an `api` grant
   * @throws BerthError PERMISSION_DENIED, RATE_LIMITED, REQUEST_TIMEOUT, SERVER_UNREACHABLE
   */
  fetch(path: string, init?: ViewFetchInit): Promise<Response>;
  /** The installation's state; a view needs a `data` grant such as `state/notes/*`. */
  readonly state: State;
  /** What the page keeps for this app in the browser. */
  readonly storage: ViewStorage;
  /** Any capability by name. @throws BerthError as the capability says */
  call(capability: string, method: string, args?: unknown): Promise<unknown>;
  /** Lines for the app's log. */
  readonly log: ViewLogger;
  /** Kept for this instance and given back as `context.viewState`; JSON of at most 256 KiB. */
  saveState(state: unknown): Promise<void>;
  /** Where the reader is inside the app: path, query, fragment. `/` unless the host says otherwise. */
  readonly route: string;
  /** Calls back when it is another: Back, Forward, a link, `navigate`. Returns the unsubscriber. */
  onRoute(listener: (route: string) => void): () => void;
  /**
   * Moves there, and the host's address with it where the app is its page. Once for each thing that
   * the reader does Back leads to where they were; other moves replace it, as `replace` always does.
   *
   * @param path - such as /orders/7?tab=lines; of at most 2,048 characters, in URL encoding
   * @throws BerthError PERMISSION_DENIED, REQUEST_INVALID, RATE_LIMITED (20 in ten seconds)
   */
  navigate(path: string, options?: { readonly replace?: boolean }): Promise<void>;
  /**
   * Asks the person for a permission that the manifest holds as optional, named as it stands there.
   * Resolves when they have answered; an answer holds for the session, and is not asked for again.
   * Not to be awaited in `start`, which has ten seconds.
   *
   * @throws BerthError PERMISSION_DENIED for one that the manifest does not offer, RATE_LIMITED
   */
  requestPermission(ask: PermissionAsk): Promise<PermissionAnswer>;
}

export interface ContextHolder {
  context: ViewContext;
  readonly listeners: Set<(context: ViewContext) => void>;
}

const maxLogMessage = 8000;

export function createView(host: HostApi, holder: ContextHolder): View {
  const call = (capability: string, method: string, args: unknown = {}): Promise<unknown> =>
    host.call({ capability, method, args });
  return Object.freeze({
    get context() {
      return holder.context;
    },
    onContext(listener: (context: ViewContext) => void) {
      holder.listeners.add(listener);
      return () => holder.listeners.delete(listener);
    },
    fetch: createViewFetch(host),
    state: createState(call),
    storage: createViewStorage(call),
    call,
    log: createLogger(host),
    saveState: (state: unknown) => host.saveViewState(state),
    get route() {
      return holder.context.route;
    },
    onRoute(listener: (route: string) => void) {
      let last = holder.context.route;
      const onContext = ({ route }: ViewContext): void => {
        if (route === last) return;
        last = route;
        listener(route);
      };
      holder.listeners.add(onContext);
      return () => holder.listeners.delete(onContext);
    },
    navigate: (path: string, { replace = false } = {}) =>
      host.navigate({ route: path, isReplaced: replace }),
    requestPermission: (ask: PermissionAsk) => host.requestPermission(ask),
  });
}

function createLogger(host: HostApi): ViewLogger {
  const write =
    (level: "debug" | "info" | "warn" | "error") =>
    (...values: readonly unknown[]): void => {
      const message = values.map(shown).join(" ").slice(0, maxLogMessage);
      // A log line is not worth an error of its own.
      host.log({ level, message }).catch(() => {});
    };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return value.stack ?? `${value.name}: ${value.message}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // A cycle, or a getter that throws: its kind is all that can be told.
    return Object.prototype.toString.call(value);
  }
}
