/** What passes between the server and a cell, in both directions. */

import type { Duplex, Readable } from "node:stream";
import type { BerthError } from "@berth/protocol";
import type { JsonValue } from "./json.ts";

/** Name and value in the order they came; names may repeat. */
export type HeaderPairs = readonly (readonly [string, string])[];

export interface CellRequest {
  readonly method: string;
  /** With the query, as it stands on the request line. */
  readonly path: string;
  /** What the app sees as its host; goes before any `host` in `headers`. */
  readonly host: string;
  /** What the app sees in `request.url`. Default `http`. */
  readonly scheme?: "http" | "https";
  /** Hop-by-hop and `berth-*` headers are dropped. */
  readonly headers: HeaderPairs;
  readonly body: Readable | null;
  /** The app's proof on whose behalf it acts; becomes `ctx.props.berth.handle`. */
  readonly handle: string;
  /**
   * An object's members become members of `ctx.props.berth`. At most 16 KiB as JSON. One that is given
   * again must not have changed: what was written of it is kept.
   */
  readonly props: JsonValue;
  readonly requestId: string;
  readonly signal?: GivenUpSignal;
}

/** What is asked of an AbortSignal here, and all that one has to be. */
export interface GivenUpSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

export interface CellResponse {
  readonly status: number;
  readonly headers: HeaderPairs;
  /** Must be read to its end or destroyed: until then the request counts as running. */
  readonly body: Readable;
  /** All of the body, where it was short and said so; `body` then need not be read. */
  readonly bytes?: Uint8Array;
}

/** An app took a WebSocket: what follows are the protocol's own frames, in both directions. */
export interface CellUpgrade {
  /** What the app said with it: `sec-websocket-accept`, perhaps `sec-websocket-protocol`. */
  readonly headers: HeaderPairs;
  /** Until it is closed the request counts as running. */
  readonly socket: Duplex;
  /** What it means that the socket ended without a closing frame. Never rejects. */
  explain(): Promise<BerthError>;
}

/** A capability call of an app. Size-bounded and parsed; its content is hostile all the same. */
export interface CellCall {
  readonly cellId: string;
  readonly isolateKey: string;
  /** Null when a long-lived `env` stub called, on behalf of the installation itself. */
  readonly handle: string | null;
  readonly capability: string;
  readonly method: string;
  readonly args: JsonValue;
}

/** The app's global `fetch`. */
export interface EgressCall {
  readonly cellId: string;
  readonly isolateKey: string;
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderPairs;
  readonly body: Readable;
  /** Aborts when the app or its cell is gone. */
  readonly signal: AbortSignal;
}

export interface CellLogEntry {
  readonly cellId: string;
  readonly isolateKey: string;
  readonly requestId: string | null;
  readonly level: "debug" | "info" | "warn" | "error";
  /** At most 4,000 characters; of a line of ours a few more. */
  readonly message: string;
  /** The line is the pool's, about the app; an app cannot write one. */
  readonly isOwn?: true;
  /** Milliseconds, by the pool's clock. */
  readonly at: number;
}

export interface HookContext {
  readonly handle: string;
  readonly props: JsonValue;
  readonly requestId: string;
  readonly signal?: AbortSignal;
}

export interface HookResult {
  /** False when the app defines no hook of that name. */
  readonly isDefined: boolean;
  readonly result: JsonValue;
}

/** Handlers of an app beside `fetch`, called as `handler(input, env, ctx)`. */
export const entryKinds = ["scheduled", "event"] as const;
export type EntryKind = (typeof entryKinds)[number];

export interface EntryResult {
  /** False when the app has no handler of that kind. */
  readonly isDefined: boolean;
  /** Of `scheduled`: the app called `controller.noRetry()`. */
  readonly isRetryRefused: boolean;
}

export interface LoadReport {
  readonly cellId: string;
  /** True when a blank cell was waiting. */
  readonly isFromStock: boolean;
  readonly cellStartMs: number;
  readonly loadMs: number;
  /** `waiting`: made before the app was known. `made`: for the app, which asks for another kind. */
  readonly isolate: "waiting" | "made";
  readonly hasFetch: boolean;
  readonly hooks: readonly string[];
  readonly entries: readonly EntryKind[];
}

/** What a cell may ask of the server. All of it is called with hostile input. */
export interface CellSink {
  /** Resolves with JSON; a BerthError crosses to the app by `toWire`. */
  onCall(call: CellCall): Promise<JsonValue>;
  onEgress(call: EgressCall): Promise<CellResponse>;
  onLog(entry: CellLogEntry): void;
  /** An app met a limit of its end of `out.sock`; its log says so already. */
  onLimit?(met: {
    readonly cellId: string;
    readonly isolateKey: string;
    readonly error: BerthError;
  }): void;
}
