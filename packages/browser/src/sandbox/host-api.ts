/**
 * What the host answers a view: each method parses its input, counts itself against
 * the calls in flight, and hands over to the runtime. Errors leave as declared ones only.
 *
 * Trust: every argument is hostile until parsed here. Nothing but the methods of `HostApi` is
 * reachable: the guard refuses all other names.
 */
import {
  BerthError,
  type HostApi,
  isViewRoute,
  type PermissionAnswer,
  type PermissionAsk,
  parseWireError,
  permissionAskSchema,
  toWire,
  type ViewCall,
  type ViewErrorReport,
  type ViewFetch,
  type ViewFetchAnswer,
  type ViewLog,
  type ViewNavigation,
  viewCallSchema,
  viewErrorSchema,
  viewFetchSchema,
  viewLogSchema,
} from "@berth/protocol";

/** What the runtime does for one view, once the input has been parsed. */
export interface HostHandlers {
  mutate(records: unknown): void;
  fetch(request: ViewFetch, signal: AbortSignal): Promise<ViewFetchAnswer>;
  call(request: ViewCall, signal: AbortSignal): Promise<unknown>;
  saveViewState(state: unknown): Promise<void>;
  navigate(to: ViewNavigation): Promise<void>;
  requestPermission(ask: PermissionAsk, signal: AbortSignal): Promise<PermissionAnswer>;
  report(error: ViewErrorReport): void;
  log(entry: ViewLog): void;
  /** A call that breaks the view's bounds; the view is ended. */
  violation(error: BerthError): void;
}

export interface HostApiOptions {
  /** Drawing may wait for its turn. */
  readonly handlers: Omit<HostHandlers, "mutate"> & {
    mutate(records: unknown): void | Promise<void>;
  };
  readonly maxCallsInFlight: number;
  /** Aborts when the view ends: work for it is given up. */
  readonly signal: AbortSignal;
}

interface Parser<Output> {
  safeParse(value: unknown): { success: true; data: Output } | { success: false; error: Issues };
}
interface Issues {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

export function createHostApi(options: HostApiOptions): HostApi {
  return new ViewHostApi(options);
}

/** Redacts what is not a declared error, and what a declared one carries for logs only. */
export function redactError(error: unknown): Error {
  return parseWireError(toWire(error));
}

class ViewHostApi implements HostApi {
  readonly #options: HostApiOptions;
  #inFlight = 0;

  constructor(options: HostApiOptions) {
    this.#options = options;
  }

  mutate(records: unknown): Promise<void> {
    return this.#run(() => this.#options.handlers.mutate(records));
  }

  fetch(request: ViewFetch): Promise<ViewFetchAnswer> {
    const { handlers, signal } = this.#options;
    return this.#run(() => handlers.fetch(parse("fetch", viewFetchSchema, request), signal));
  }

  call(request: ViewCall): Promise<unknown> {
    const { handlers, signal } = this.#options;
    return this.#run(() => handlers.call(parse("call", viewCallSchema, request), signal));
  }

  saveViewState(state: unknown): Promise<void> {
    return this.#run(() => this.#options.handlers.saveViewState(state));
  }

  navigate(to: string | ViewNavigation): Promise<void> {
    return this.#run(() => this.#options.handlers.navigate(readNavigation(to)));
  }

  requestPermission(ask: PermissionAsk): Promise<PermissionAnswer> {
    const { handlers, signal } = this.#options;
    return this.#run(() =>
      handlers.requestPermission(parse("requestPermission", permissionAskSchema, ask), signal),
    );
  }

  report(error: ViewErrorReport): Promise<void> {
    return this.#run(() => this.#options.handlers.report(parse("report", viewErrorSchema, error)));
  }

  log(entry: ViewLog): Promise<void> {
    return this.#run(() => this.#options.handlers.log(parse("log", viewLogSchema, entry)));
  }

  async #run<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    if (this.#inFlight >= this.#options.maxCallsInFlight) {
      const error = new BerthError(
        "VIEW_LIMIT_EXCEEDED",
        `The view has more than ${this.#options.maxCallsInFlight} calls in flight.`,
      );
      this.#options.handlers.violation(error);
      throw error;
    }
    this.#inFlight += 1;
    try {
      return await work();
    } finally {
      this.#inFlight -= 1;
    }
  }
}

export function parse<Output>(method: string, schema: Parser<Output>, value: unknown): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.map(String).join(".") ?? "";
  throw invalid(method, `${where === "" ? "its argument" : where}: ${issue?.message ?? "wrong"}`);
}

function readNavigation(to: string | Partial<ViewNavigation> | null): ViewNavigation {
  const route = typeof to === "object" ? to?.route : to;
  if (isViewRoute(route))
    return { route, isReplaced: typeof to === "object" && to?.isReplaced === true };
  throw invalid("navigate", `${JSON.stringify(route)?.slice(0, 80)} is not a route of the app`);
}

function invalid(method: string, what: string): BerthError {
  return new BerthError("REQUEST_INVALID", `The view's call of ${method} is refused; ${what}.`);
}
