/** What a function is given with each call: who calls, and what it may do. */
import type { InvocationProps } from "@berth/protocol/invocation";
import { createState, type State } from "./state.ts";
import { type CallCapability, createCall } from "./transport.ts";

export interface Member {
  /** A pseudonym: stable in this installation, different in every other. */
  readonly id: string;
}

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface BerthContext<Config = Readonly<Record<string, unknown>>> {
  readonly installation: string;
  readonly organization: { readonly name: string };
  /** Null when nobody is signed in: a schedule, a hook. */
  readonly member: Member | null;
  readonly requestId: string;
  readonly locale: string;
  /** As the admin set it, checked against the manifest's schema. */
  readonly config: Config;
  readonly state: State;
  readonly secrets: {
    /** @throws BerthError SECRET_NOT_SET */
    get(name: string): Promise<string>;
  };
  readonly log: Log;
  /** Any capability by name, for those that this version of the SDK does not know. */
  readonly call: CallCapability;
  /** Keeps the isolate alive for work after the answer. */
  waitUntil(work: Promise<unknown>): void;
}

interface WorkersContext {
  readonly props?: unknown;
  waitUntil?(work: Promise<unknown>): void;
}

/**
 * The Berth side of one call, from what Workers hand to every handler. In a plain module:
 * `berthOf(env, ctx)`; in Hono: `berthOf(c.env, c.executionCtx)`.
 */
export function berthOf<Config = Readonly<Record<string, unknown>>>(
  env: unknown,
  ctx: unknown,
): BerthContext<Config> {
  const workers = (ctx ?? {}) as WorkersContext;
  const props = (workers.props as { berth?: Partial<InvocationProps> } | undefined)?.berth ?? {};
  const call = createCall(env, props.handle ?? null);
  const waitUntil = (work: Promise<unknown>) => workers.waitUntil?.(work);
  const write = (level: keyof Log) => (message: string) => {
    // A lost log line must not fail the request that wrote it; the gateway counts refusals.
    waitUntil(call("log", "write", { level, message: String(message) }).catch(() => undefined));
  };
  return {
    installation: props.installation ?? "",
    organization: props.organization ?? { name: "" },
    member: props.member ? { id: props.member } : null,
    requestId: props.requestId ?? "",
    locale: props.locale ?? "en",
    config: ((env as { CONFIG?: Config } | undefined)?.CONFIG ?? {}) as Config,
    state: createState(call),
    secrets: { get: async (name) => String(await call("secrets", "get", { name })) },
    log: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") },
    call,
    waitUntil,
  };
}
