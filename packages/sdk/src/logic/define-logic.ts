/**
 * The entry of an app without a UI: `runtime.engine` of its manifest is `quickjs`. Types over what
 * the engine has by itself; a module in plain JavaScript calls the global `defineLogic`.
 */
import type { PermissionAnswer, PermissionAsk, ViewContext } from "@berth/protocol";
import type { ViewStorageArea } from "../view/storage.ts";
import type { ViewLogger } from "../view/view.ts";

export interface LogicFetchInit {
  /** Default GET, or POST with a body. */
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sent as JSON, in place of `body`. */
  readonly json?: unknown;
}

export interface LogicResponse {
  readonly status: number;
  /** The status is of the two hundreds. */
  readonly ok: boolean;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  text(): Promise<string>;
  json(): Promise<unknown>;
}

export type LogicArea = ViewStorageArea;

/** Every call is decided by the app's grants, outside. What is refused rejects with a `code`. */
export interface LogicApp {
  /** What the host said last. */
  readonly context: ViewContext;
  /** Calls back after each change of the context; returns the unsubscriber. */
  onContext(listener: (context: ViewContext) => void): () => void;
  fetch(path: string, init?: LogicFetchInit): Promise<LogicResponse>;
  call(capability: string, method: string, args?: unknown): Promise<unknown>;
  readonly storage: { readonly session: LogicArea; readonly persistent: LogicArea };
  /** Kept for this instance and given back as `context.viewState`; JSON of at most 256 KiB. */
  saveState(state: unknown): Promise<void>;
  requestPermission(ask: PermissionAsk): Promise<PermissionAnswer>;
  readonly log: ViewLogger;
}

export interface LogicDefinition {
  /** The app counts as started when this resolves. */
  start?(app: LogicApp): void | Promise<void>;
  /** A message of the host's (`AppHandle.message`); what it returns, JSON, is the answer. */
  message?(data: unknown, app: LogicApp): unknown;
  pause?(app: LogicApp): void | Promise<void>;
  resume?(app: LogicApp): void | Promise<void>;
  /** The last call; the worker ends half a second after it at the latest. */
  stop?(app: LogicApp): void | Promise<void>;
}

/** @throws Error outside the engine, and when called twice */
export function defineLogic(definition: LogicDefinition): void {
  const { defineLogic: define } = globalThis as { defineLogic?: typeof defineLogic };
  if (define === undefined)
    throw new Error(
      '@berth/sdk/logic runs in the metered engine only; the manifest\'s runtime.engine must be "quickjs".',
    );
  define(definition);
}
