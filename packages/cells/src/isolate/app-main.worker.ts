/**
 * The main module of every app's isolate, around the app's own main module.
 *
 * Gives the app its console and the host its way to the app's hooks. An app's module needs to know
 * nothing of this: a plain `{ fetch }`, a Hono app, a `WorkerEntrypoint` class and the object of
 * `defineApp` are all taken as they are.
 * Trust: runs in the app's isolate, so nothing that it says is believed beyond that app.
 */

import { recordFailure, withInvocation } from "./app-console.worker.ts";

// First of all the console: what the app's modules log while they load is kept then.

import { WorkerEntrypoint } from "cloudflare:workers";
import tenant from "berth-tenant-main";

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

function wrapPlain(app: PlainApp) {
  return {
    fetch(request: Request, env: unknown, ctx: Context): Promise<Response> {
      const run = () => {
        if (typeof app.fetch !== "function") throw new TypeError("The app has no fetch handler.");
        return app.fetch(request, env, ctx);
      };
      return withInvocation(requestIdOf(ctx), ctx, () => logged(run));
    },
  };
}

function wrapClass(App: EntrypointClass) {
  return class extends App {
    override fetch(request: Request): Promise<Response> {
      const run = () => {
        if (super.fetch === undefined) throw new TypeError("The app has no fetch handler.");
        return super.fetch(request);
      };
      return withInvocation(requestIdOf(this.ctx), this.ctx, () => logged(run));
    }
  };
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

/** What the host asks of an app beside its requests. */
export class BerthApp extends WorkerEntrypoint {
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

  async runHook(name: string, payload: string): Promise<string> {
    const hook = findHook(name);
    if (hook === undefined) return JSON.stringify({ isDefined: false, result: null });
    const run = () => hook(JSON.parse(payload), this.env, this.ctx);
    const result = await withInvocation(requestIdOf(this.ctx), this.ctx, () => logged(run));
    return JSON.stringify({ isDefined: true, result: result ?? null });
  }

  async runEntry(kind: string, input: string): Promise<string> {
    const entry = findEntry(kind, this.ctx, this.env);
    if (entry === undefined) return JSON.stringify({ isDefined: false });
    let isRetryRefused = false;
    const noRetry = () => {
      isRetryRefused = true;
    };
    const given = JSON.parse(input);
    const run = () => entry(kind === "scheduled" ? { ...given, noRetry } : given);
    await withInvocation(requestIdOf(this.ctx), this.ctx, () => logged(run));
    return JSON.stringify({ isDefined: true, isRetryRefused });
  }
}

export default isEntrypointClass(tenant) ? wrapClass(tenant) : wrapPlain(tenant as PlainApp);
