/**
 * What every app's isolate begins with, around the app's own modules.
 *
 * Gives the app its console and the host its way to the app. An app's module needs to know nothing
 * of this: a plain `{ fetch }`, a Hono app, a `WorkerEntrypoint` class and the object of `defineApp`
 * are all taken as they are.
 *
 * The isolate is made for the app, and then its main module is handed to `adopt`; or it was waiting
 * before the app was known, and `open` imports the app's modules, which the engine asks the server
 * for (see workerd/waiting-modules.ts).
 * Trust: runs in the app's isolate, so nothing that it says is believed beyond that app.
 */

import { WorkerEntrypoint } from "cloudflare:workers";
// First of all the console: what the app's modules log while they load is kept then.
import { recordFailure, withInvocation } from "./app-console.worker.ts";

interface Context {
  readonly props?: { readonly berth?: { readonly requestId?: string } };
  waitUntil(promise: Promise<unknown>): void;
}

type Fetch = (request: Request, env: unknown, ctx: Context) => Response | Promise<Response>;
type Hook = (payload: unknown, env: unknown, ctx: Context) => unknown;

type Entry = (input: unknown, env: unknown, ctx: Context) => unknown;

interface PlainApp {
  readonly fetch?: Fetch;
  readonly scheduled?: Entry;
  readonly event?: Entry;
  readonly [key: symbol]: unknown;
}

type EntrypointClass = new (
  ctx: unknown,
  env: unknown,
) => WorkerEntrypoint & {
  fetch?(request: Request): Response | Promise<Response>;
  scheduled?(controller: unknown): unknown;
  event?(event: unknown): unknown;
};

type EntryKind = "scheduled" | "event";

const entryKinds: readonly EntryKind[] = ["scheduled", "event"];

const hooksKey = Symbol.for("berth.hooks");

/** The app's default export. */
let tenant: unknown;

/** For the main module of an isolate that was made for its app. */
export function adopt(app: unknown): void {
  tenant = app;
}

function requestIdOf(ctx: Context): string | null {
  return ctx.props?.berth?.requestId ?? null;
}

async function logged<Result>(run: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    recordFailure(error);
    throw error;
  }
}

function isEntrypointClass(value: unknown): value is EntrypointClass {
  return typeof value === "function" && value.prototype instanceof WorkerEntrypoint;
}

function getFetch(ctx: Context, env: unknown): (request: Request) => unknown {
  const app = isEntrypointClass(tenant) ? new tenant(ctx, env) : (tenant as PlainApp);
  if (typeof app.fetch !== "function") throw new TypeError("The app has no fetch handler.");
  return (request) => (app as PlainApp).fetch?.(request, env, ctx);
}

function findHooks(): Record<string, Hook> {
  const hooks = (tenant as PlainApp | undefined)?.[hooksKey];
  return typeof hooks === "object" && hooks !== null ? (hooks as Record<string, Hook>) : {};
}

function findHook(name: string): Hook | undefined {
  const hooks = findHooks();
  const hook = Object.hasOwn(hooks, name) ? hooks[name] : undefined;
  return typeof hook === "function" ? hook : undefined;
}

/** The handler of that kind, bound to its app; a class is made anew for each call, as for requests. */
function findEntry(
  kind: string,
  ctx: Context,
  env: unknown,
): ((input: unknown) => unknown) | undefined {
  const known = entryKinds.find((each) => each === kind);
  if (known === undefined) return undefined;
  if (isEntrypointClass(tenant)) {
    if (typeof tenant.prototype[known] !== "function") return undefined;
    const app = new tenant(ctx, env);
    return (input) => app[known]?.(input);
  }
  const app = tenant as PlainApp;
  const entry = app[known];
  return typeof entry === "function" ? (input) => entry.call(app, input, env, ctx) : undefined;
}

function findEntryKinds(): readonly EntryKind[] {
  const app = (isEntrypointClass(tenant) ? tenant.prototype : tenant) as PlainApp;
  return entryKinds.filter((kind) => typeof app[kind] === "function");
}

interface Props {
  readonly [name: string]: unknown;
}

/** What the host asks of an app. */
export class BerthApp extends WorkerEntrypoint {
  ping(): void {
    // That it was called is all.
  }

  /** Once, where the isolate was waiting: takes the app in. @returns what `describe` does */
  async open(mainModule: string, env: Record<string, unknown>): Promise<string> {
    Object.assign(this.env, env);
    tenant = (await import(`./${mainModule}`)).default;
    return this.describe();
  }

  describe(): string {
    const isUsable = (typeof tenant === "object" && tenant !== null) || isEntrypointClass(tenant);
    if (!isUsable) {
      throw new TypeError(
        "The main module's default export is neither an object with fetch nor a WorkerEntrypoint.",
      );
    }
    const app = (isEntrypointClass(tenant) ? tenant.prototype : tenant) as PlainApp;
    const hooks = Object.keys(findHooks()).filter((name) => findHook(name) !== undefined);
    const entries = findEntryKinds();
    return JSON.stringify({ hasFetch: typeof app.fetch === "function", hooks, entries });
  }

  /** The request bears the host's operation as `berth-cell`. */
  async fetch(request: Request): Promise<Response> {
    const { props } = JSON.parse(request.headers.get("berth-cell") ?? "{}");
    const ctx = this.#begin(props);
    const inner = new Request(request);
    inner.headers.delete("berth-cell");
    // It belongs to the server's connection to this cell.
    inner.headers.delete("connection");
    return this.#run(ctx, () => getFetch(ctx, this.env)(inner)) as Promise<Response>;
  }

  async runHook(name: string, payload: string, props: Props): Promise<string> {
    const hook = findHook(name);
    if (hook === undefined) return JSON.stringify({ isDefined: false, result: null });
    const ctx = this.#begin(props);
    const result = await this.#run(ctx, () => hook(JSON.parse(payload), this.env, ctx));
    return JSON.stringify({ isDefined: true, result: result ?? null });
  }

  async runEntry(kind: string, input: string, props: Props): Promise<string> {
    const ctx = this.#begin(props);
    const entry = findEntry(kind, ctx, this.env);
    if (entry === undefined) return JSON.stringify({ isDefined: false });
    let isRetryRefused = false;
    const noRetry = () => {
      isRetryRefused = true;
    };
    const given = JSON.parse(input);
    await this.#run(ctx, () => entry(kind === "scheduled" ? { ...given, noRetry } : given));
    return JSON.stringify({ isDefined: true, isRetryRefused });
  }

  /** The engine makes a context for each call, and gives one of a waiting isolate no props. */
  #begin(berth: Props): Context {
    return Object.defineProperty(this.ctx, "props", { value: { berth }, enumerable: true });
  }

  #run<Result>(ctx: Context, run: () => Result | Promise<Result>): Promise<Result> {
    return withInvocation(requestIdOf(ctx), ctx, () => logged(run));
  }
}

/** Nothing answers but `BerthApp`. */
export default {};
