/**
 * Turns an app's handlers into a Workers module. Berth's hooks stand on it under a symbol
 * of the global registry, so that host and SDK need not share a copy of this file.
 */
import {
  type DeliveredEvent,
  type HookName,
  hooksKey,
  type ScheduledMoment,
} from "@berth/protocol/invocation";
import { type BerthContext, berthOf } from "./context.ts";

type Hook<Config, Payload = unknown> = (
  berth: BerthContext<Config>,
  payload: Payload,
) => unknown | Promise<unknown>;

export interface ScheduledController extends ScheduledMoment {
  /** Should this call fail, it is not to be made again for this moment. */
  noRetry(): void;
}

export interface AppDefinition<Config = Readonly<Record<string, unknown>>> {
  fetch(request: Request, berth: BerthContext<Config>): Response | Promise<Response>;
  /** A schedule's moment. Nobody is signed in; `berth` acts as the installation. */
  scheduled?(controller: ScheduledController, berth: BerthContext<Config>): unknown;
  /**
   * Something happened. May come more than once with the same `id`; `data` is whatever the sender
   * put there, so check it. Nobody is signed in.
   */
  event?(event: DeliveredEvent, berth: BerthContext<Config>): unknown;
  /** Throws, or answers `false`, when the app is not fit to serve. */
  health?: Hook<Config>;
  lifecycle?: {
    /** Once, before the app is first served; throwing undoes the installation. */
    install?: Hook<Config>;
    /** Before state is removed; throwing is noted and does not keep the app. */
    uninstall?: Hook<Config>;
    /** After the admin changed the configuration. */
    configure?: Hook<Config>;
    update?: Hook<Config, { readonly fromVersion: string }>;
  };
}

type Handler<Result> = (input: never, env: unknown, ctx: unknown) => Result;

export interface WorkersModule {
  fetch(request: Request, env: unknown, ctx: unknown): Promise<Response>;
  /** Only there when the app defines it, as `event`: a missing one is how Berth knows. */
  scheduled?(controller: ScheduledController, env: unknown, ctx: unknown): Promise<unknown>;
  event?(event: DeliveredEvent, env: unknown, ctx: unknown): Promise<unknown>;
  readonly [hooks: symbol]: Readonly<Partial<Record<HookName, Handler<Promise<unknown>>>>>;
}

/**
 * ```ts
 * export default defineApp({
 *   fetch: async (request, berth) => Response.json(await berth.state.get("greeting")),
 *   scheduled: async ({ cron }, berth) => berth.log.info(`it is time: ${cron}`),
 *   event: async ({ type, id }, berth) => void (await berth.state.put(`seen/${id}`, type)),
 *   lifecycle: { install: (berth) => berth.state.put("greeting", "hello") },
 * });
 * ```
 */
export function defineApp<Config = Readonly<Record<string, unknown>>>(
  definition: AppDefinition<Config>,
): WorkersModule {
  const { health, lifecycle = {} } = definition;
  const all = { health, ...lifecycle } as Partial<Record<HookName, Hook<Config, unknown>>>;
  const hooks = Object.fromEntries(
    Object.entries(all)
      .filter(([, hook]) => hook !== undefined)
      .map(([name, hook]) => [
        name,
        async (payload: unknown, env: unknown, ctx: unknown) =>
          (await hook(berthOf<Config>(env, ctx), payload)) ?? null,
      ]),
  );
  return {
    fetch: async (request, env, ctx) => definition.fetch(request, berthOf<Config>(env, ctx)),
    ...(definition.scheduled === undefined
      ? {}
      : {
          scheduled: async (controller, env, ctx) =>
            definition.scheduled?.(controller, berthOf<Config>(env, ctx)),
        }),
    ...(definition.event === undefined
      ? {}
      : {
          event: async (event, env, ctx) => definition.event?.(event, berthOf<Config>(env, ctx)),
        }),
    [Symbol.for(hooksKey)]: hooks,
  };
}
