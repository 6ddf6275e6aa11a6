/**
 * The contract between a host page and a view in its worker, in capnweb's protocol over one
 * MessagePort, and the frame's hand-shake before it.
 *
 * Hand-shake (strict level). The frame's document holds only our bootstrap:
 * 1. frame → host: `{ berth: "hello" }` to its parent, whose origin it was told by the server;
 * 2. host checks `event.source` and sends `{ berth: "boot" }` with three ports (control, rpc,
 *    beat) and nothing else;
 * 3. host → frame over the control port: `BootMessage` with the worker's source;
 * 4. the bootstrap makes the blob Worker and hands it the ports `rpc` and `beat`.
 * The bootstrap keeps no right of its own: on `{ stop: true }` it terminates the worker.
 *
 * Trust: all that the worker sends is hostile until parsed by these schemas.
 */
import * as z from "#schema";
import { permissionSchema } from "../permissions/grammar.ts";
import type { ViewNavigation } from "./route.ts";

export interface BootMessage {
  readonly workerSource: string;
  readonly blockedAPIs: readonly string[];
  readonly heartbeatIntervalMs: number;
}

/** What the worker is told at start and on every change. JSON only. */
export interface ViewContext {
  readonly app: { readonly id: string; readonly name: string; readonly version: string };
  readonly instance: string;
  readonly placement: { readonly kind: "page" | "panel" | "widget"; readonly path: string };
  /** Where the reader is inside the app; see isViewRoute. */
  readonly route: string;
  readonly theme: "light" | "dark";
  readonly density: "comfortable" | "compact";
  readonly locale: string;
  readonly timeZone: string;
  readonly direction: "ltr" | "rtl";
  /** The product's own values of theme tokens, by name, such as `accent`; for views with styles of their own. */
  readonly tokens: Readonly<Record<string, string>>;
  /** The last persisted view state, or null. */
  readonly viewState: unknown;
  /** Granted permissions, so that a view can hide what it may not do. */
  readonly grants: readonly { type: string; resource: string; actions: readonly string[] }[];
}

const header = z.tuple([z.string().check(z.maxLength(256)), z.string().check(z.maxLength(8192))]);

/** A view's call of its function. `path` is checked again before it is resolved. */
export const viewFetchSchema = z.strictObject({
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
  path: z.string().check(z.minLength(1), z.maxLength(4096)),
  headers: z.array(header).check(z.maxLength(50)),
  body: z.nullable(z.string().check(z.maxLength(1_048_576))),
});
export type ViewFetch = z.output<typeof viewFetchSchema>;

export interface ViewFetchAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export const viewCallSchema = z.strictObject({
  capability: z.string().check(z.regex(/^[a-z][a-z-]{0,31}$/)),
  method: z.string().check(z.regex(/^[a-zA-Z]{1,32}$/)),
  args: z.unknown(),
});
export type ViewCall = z.output<typeof viewCallSchema>;

/** An optional permission of the manifest, by its three telling fields; never a grant's id. */
export const permissionAskSchema = z.strictObject({
  type: permissionSchema.shape.type,
  resource: permissionSchema.shape.resource,
  actions: permissionSchema.shape.actions,
});
export type PermissionAsk = z.output<typeof permissionAskSchema>;
export type PermissionAnswer = "granted" | "denied";

export const viewErrorSchema = z.strictObject({
  message: z.string().check(z.maxLength(4000)),
  stack: z.optional(z.string().check(z.maxLength(16_000))),
  isFatal: z.boolean(),
});
export type ViewErrorReport = z.output<typeof viewErrorSchema>;

export const viewLogSchema = z.strictObject({
  level: z.enum(["debug", "info", "warn", "error"]),
  message: z.string().check(z.maxLength(8000)),
});
export type ViewLog = z.output<typeof viewLogSchema>;

/** What the host offers the worker. Each method's input is parsed; each may throw a WireError. */
export interface HostApi {
  /** Remote DOM mutation records; validated against the catalog before anything is drawn. */
  mutate(records: unknown): Promise<void>;
  fetch(request: ViewFetch): Promise<ViewFetchAnswer>;
  call(request: ViewCall): Promise<unknown>;
  saveViewState(state: unknown): Promise<void>;
  /** Moves the view, and the host's router with it, to one of the app's own routes. */
  navigate(to: string | ViewNavigation): Promise<void>;
  /** Asks the person for an optional permission of the manifest; see PermissionAsk. */
  requestPermission(ask: PermissionAsk): Promise<PermissionAnswer>;
  report(error: ViewErrorReport): Promise<void>;
  log(entry: ViewLog): Promise<void>;
}

/** What the worker offers the host. */
export interface ViewApi {
  start(context: ViewContext): Promise<void>;
  update(context: ViewContext): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
  /** Delivers a catalog component's event to the remote node. */
  dispatch(nodeId: string, event: string, detail: unknown): Promise<void>;
}

/** Description of the registered symbol under which a worker's one Berth global lies. */
export const viewRuntimeKey = "berth.view";

/**
 * `globalThis[Symbol.for(viewRuntimeKey)]`: what the worker bootstrap gives the SDK. Frozen.
 * Calls made before the ports have arrived wait for them.
 */
export interface ViewRuntime {
  readonly version: 1;
  readonly host: HostApi;
  /** Says what the view answers to the host. Once; a second call throws. */
  define(view: ViewApi): void;
}

/** What the worker of a logic-only app offers besides: `runtime.engine` is `quickjs`. */
export interface LogicApi extends ViewApi {
  /** Hands the app a message of the host's; resolves with what the app answers. JSON only. */
  message(data: unknown): Promise<unknown>;
}
