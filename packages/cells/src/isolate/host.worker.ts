/**
 * The static module of every cell: keeps the pushed code, loads isolates, passes requests on.
 *
 * One isolate waits in the cell before any app is known, since to make it takes the most of a cold
 * start; the first app that suits it takes it, and it is never used for another.
 *
 * Runs in an isolate of its own inside the cell's process. Only the server can reach its socket
 * (in.sock), and it reaches the server only by out.sock.
 * Invariant: an isolate's key reaches `Gateway` and `Egress` by props set here, never from the app.
 * Trust: the server is trusted; everything that an app's isolate returns or sends is passed on as
 * data, and a response header that is ours is taken off it.
 */

import { WorkerEntrypoint } from "cloudflare:workers";

interface LoadedModule {
  readonly js?: string;
  readonly text?: string;
  readonly json?: unknown;
  readonly data?: string | ArrayBuffer;
  readonly wasm?: string | ArrayBuffer;
}

interface PushedCode {
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly mainModule: string;
  readonly modules: Record<string, LoadedModule>;
  readonly env: Record<string, unknown>;
}

interface Operation {
  readonly op: "load" | "invoke" | "hook" | "entry" | "ping" | "unload";
  readonly key: string;
  /** Told apart from `key` so that a failed load leaves nothing behind under the same id. */
  readonly id: string;
  readonly props?: Record<string, unknown>;
  /** The hook's name, or the entry's kind. */
  readonly name?: string;
}

/** What the waiting isolate is told of its app. */
interface OpenedCode {
  readonly isWaiting: true;
  readonly mainModule: string;
  readonly env: Record<string, unknown>;
}

/** See app-main.worker.ts. */
interface AppEntrypoint {
  ping(): Promise<void>;
  fetch(request: Request): Promise<Response>;
  open(mainModule: string, env: Record<string, unknown>): Promise<string>;
  describe(): Promise<string>;
  runHook(name: string, payload: string, props: unknown): Promise<string>;
  runEntry(kind: string, input: string, props: unknown): Promise<string>;
}

interface AppStub {
  getEntrypoint(name: string): AppEntrypoint;
}

interface HostEnv {
  readonly LOADER: { get(id: string, load: () => unknown): AppStub };
  readonly WAITING: AppEntrypoint;
}

interface HostContext {
  readonly exports: Record<"Gateway" | "Egress", (options: { readonly props: unknown }) => unknown>;
}

interface WireFault {
  readonly code: string;
  readonly message: string;
}

const maxMessageLength = 4_000;

interface Isolate {
  readonly id: string;
  readonly code: PushedCode;
  readonly modules: Record<string, unknown>;
}

/** A stub of the loader belongs to one request, so the code is kept and stubs are asked for anew. */
const isolates = new Map<string, Isolate | "waiting">();

/** Whose the isolate is that was waiting. */
let waitingKey: string | undefined;

/** The engine gives what waits no key of its own; it runs nobody's code before it is somebody's. */
function getKey(props: Record<string, unknown>): unknown {
  return props.key ?? waitingKey;
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, maxMessageLength);
}

function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The server reads the outcome from this header, and from no other place. */
function fault(code: string, message: string): Response {
  return new Response(null, {
    status: 500,
    headers: { "berth-fault": asciiJson({ code, message: message.slice(0, maxMessageLength) }) },
  });
}

function refusal(code: string, message: string, isRetryable: boolean, details: object) {
  return { error: { code, message, isRetryable, details } };
}

/**
 * Of one isolate, here so that a call more does not cost a connection; the server's end of out.sock
 * counts by itself, and less where isolates share a cell.
 */
const maxCallsInFlight = 256;
/** The server's bound too: it breaks the connection there, here the app is told. */
const maxCallLength = 4_000_000;
const callsInFlight = new Map<string, number>();

/** Capability calls and logs of one isolate. Its methods are all that an app can reach here. */
export class Gateway extends WorkerEntrypoint {
  async call(handle: unknown, capability: unknown, method: unknown, args: unknown) {
    const key = String(getKey(this.ctx.props));
    const running = callsInFlight.get(key) ?? 0;
    if (running >= maxCallsInFlight) {
      const message = `${maxCallsInFlight} capability calls of this app are running; await some first.`;
      const met = { limit: "calls in flight", enforcer: "gateway", allowed: maxCallsInFlight };
      return refusal("RATE_LIMITED", message, true, met);
    }
    callsInFlight.set(key, running + 1);
    try {
      const body = JSON.stringify({ key, handle: handle ?? null, capability, method, args });
      if (body.length > maxCallLength)
        return refusal(
          "REQUEST_TOO_LARGE",
          `The call has ${body.length} characters; at most ${maxCallLength} pass.`,
          false,
          { limit: "call size", enforcer: "gateway", allowed: maxCallLength },
        );
      const response = await fetch("http://out/call", { method: "POST", body });
      return await response.json();
    } finally {
      const left = (callsInFlight.get(key) ?? 1) - 1;
      if (left > 0) callsInFlight.set(key, left);
      else callsInFlight.delete(key);
    }
  }

  async log(lines: unknown): Promise<void> {
    const body = JSON.stringify({ key: getKey(this.ctx.props), lines });
    await fetch("http://out/log", { method: "POST", body });
  }
}

/** The app's global `fetch`. There is no `connect`, so raw sockets are refused by the engine. */
export class Egress extends WorkerEntrypoint {
  async fetch(request: Request): Promise<Response> {
    if (request.headers.has("upgrade")) {
      throw new Error("EGRESS_DENIED: WebSocket connections out of an app are not available.");
    }
    const headers = new Headers(request.headers);
    headers.set("berth-cell", asciiJson({ key: getKey(this.ctx.props), url: request.url }));
    const response = await fetch("http://out/egress", {
      method: request.method,
      headers,
      body: request.body,
      redirect: "manual",
      signal: request.signal,
    });
    const refusal = response.headers.get("berth-fault");
    if (refusal === null) return response;
    const { code, message } = JSON.parse(refusal) as WireFault;
    throw Object.assign(new Error(`${code}: ${message}`), { code });
  }
}

function decode(module: LoadedModule): unknown {
  const bytesOf = (text: string) =>
    (Uint8Array as unknown as { fromBase64(text: string): Uint8Array }).fromBase64(text).buffer;
  if (typeof module.data === "string") return { data: bytesOf(module.data) };
  if (typeof module.wasm === "string") return { wasm: bytesOf(module.wasm) };
  return module;
}

function getApp(key: string, isolate: Isolate, env: HostEnv, ctx: HostContext): AppEntrypoint {
  const { id, code, modules } = isolate;
  const stub = env.LOADER.get(id, () => ({
    compatibilityDate: code.compatibilityDate,
    compatibilityFlags: code.compatibilityFlags,
    mainModule: code.mainModule,
    modules,
    env: { ...code.env, BERTH: ctx.exports.Gateway({ props: { key } }) },
    globalOutbound: ctx.exports.Egress({ props: { key } }),
  }));
  return stub.getEntrypoint("BerthApp");
}

async function load(request: Request, operation: Operation, env: HostEnv, ctx: HostContext) {
  const { key, id } = operation;
  const code = (await request.json()) as PushedCode | OpenedCode;
  try {
    if ("isWaiting" in code) {
      if (waitingKey !== undefined) return fault("CELL_LOST", "The isolate that waited is taken.");
      waitingKey = key;
      const description = await env.WAITING.open(code.mainModule, code.env);
      isolates.set(key, "waiting");
      return new Response(description);
    }
    const modules = Object.fromEntries(
      Object.entries(code.modules).map(([name, module]) => [name, decode(module)]),
    );
    const isolate = { id, code: { ...code, modules: {} }, modules };
    const description = await getApp(key, isolate, env, ctx).describe();
    isolates.set(key, isolate);
    return new Response(description);
  } catch (error) {
    return fault("MODULE_INVALID", messageOf(error));
  }
}

/** A hook or an entry; what comes back is text that only the server parses. */
async function run(request: Request, operation: Operation, app: AppEntrypoint) {
  const { op, name, props } = operation;
  try {
    const input = await request.text();
    const told = await (op === "hook"
      ? app.runHook(String(name), input, props)
      : app.runEntry(String(name), input, props));
    return new Response(told);
  } catch (error) {
    return fault("FUNCTION_THREW", messageOf(error));
  }
}

/** The app's isolate takes the operation off the request. */
async function invoke(request: Request, app: AppEntrypoint) {
  try {
    const response = await app.fetch(request);
    if (!response.headers.has("berth-fault")) return response;
    const clean = new Response(response.body, response);
    clean.headers.delete("berth-fault");
    return clean;
  } catch (error) {
    return fault("FUNCTION_THREW", messageOf(error));
  }
}

export default {
  async fetch(request: Request, env: HostEnv, ctx: HostContext): Promise<Response> {
    const operation = JSON.parse(request.headers.get("berth-cell") ?? "{}") as Operation;
    if (operation.op === "ping") {
      // The first call into an isolate costs it some milliseconds, which one that waits has.
      if (waitingKey === undefined) await env.WAITING.ping();
      return new Response(null, { status: 204 });
    }
    if (operation.op === "load") return load(request, operation, env, ctx);
    if (operation.op === "unload") {
      isolates.delete(operation.key);
      return new Response(null, { status: 204 });
    }
    const isolate = isolates.get(operation.key);
    if (isolate === undefined) return fault("CELL_LOST", "The isolate is not loaded in this cell.");
    const app = isolate === "waiting" ? env.WAITING : getApp(operation.key, isolate, env, ctx);
    if (operation.op === "hook" || operation.op === "entry") return run(request, operation, app);
    return invoke(request, app);
  },
};
