/**
 * What the host answers a view over capnweb: each method parses its input, counts itself against
 * the calls in flight, and hands over to the runtime. Errors leave as declared ones only.
 *
 * Trust: every argument is hostile until parsed here. Nothing but the methods of `HostApi` is
 * reachable: capnweb refuses instance properties, and the guard all other names.
 */
import {
  BerthError,
  type HostApi,
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
  viewCallSchema,
  viewErrorSchema,
  viewFetchSchema,
  viewLogSchema,
} from "@berth/protocol";
import { RpcTarget } from "capnweb";

/** What the runtime does for one view, once the input has been parsed. */
export interface HostHandlers {
  mutate(records: unknown): void;
  fetch(request: ViewFetch, signal: AbortSignal): Promise<ViewFetchAnswer>;
  call(request: ViewCall, signal: AbortSignal): Promise<unknown>;
  saveViewState(state: unknown): Promise<void>;
  navigate(path: string): void;
  requestPermission(ask: PermissionAsk, signal: AbortSignal): Promise<PermissionAnswer>;
  report(error: ViewErrorReport): void;
  log(entry: ViewLog): void;
  /** A call that breaks the view's bounds; the view is ended. */
  violation(error: BerthError): void;
}

export interface HostApiOptions {
  readonly handlers: HostHandlers;
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

const maxPathLength = 2048;
/** Printable ASCII, and nothing that a URL parser takes for another host: `//x`, `/\x`, `/<tab>/x`. */
const appPath = /^\/(?!\/)[!-[\]-~]*$/;

export function createHostApi(options: HostApiOptions): HostApi {
  return new ViewHostApi(options);
}

/** Redacts what is not a declared error, and what a declared one carries for logs only. */
export function redactError(error: Error): Error {
  return parseWireError(toWire(error));
}

class ViewHostApi extends RpcTarget implements HostApi {
  readonly #options: HostApiOptions;
  #inFlight = 0;

  constructor(options: HostApiOptions) {
    super();
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

  navigate(path: string): Promise<void> {
    return this.#run(() => {
      const isPath = typeof path === "string" && path.length <= maxPathLength && appPath.test(path);
      if (!isPath)
        throw invalid("navigate", `${JSON.stringify(path)?.slice(0, 80)} is not a path of the app`);
      this.#options.handlers.navigate(path);
    });
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

function invalid(method: string, what: string): BerthError {
  return new BerthError("REQUEST_INVALID", `The view's call of ${method} is refused; ${what}.`);
}
