/**
 * Turns an app's handlers into a Workers module. Berth's hooks stand on it under a symbol
 * of the global registry, so that host and SDK need not share a copy of this file.
 */
import { type HookName, hooksKey } from "@berth/protocol/invocation";
import { type BerthContext, berthOf } from "./context.ts";

type Hook<Config, Payload = unknown> = (
  berth: BerthContext<Config>,
  payload: Payload,
) => unknown | Promise<unknown>;

export interface AppDefinition<Config = Readonly<Record<string, unknown>>> {
  fetch(request: Request, berth: BerthContext<Config>): Response | Promise<Response>;
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
  readonly [hooks: symbol]: Readonly<Partial<Record<HookName, Handler<Promise<unknown>>>>>;
}

/**
 * ```ts
 * export default defineApp({
 *   fetch: async (request, berth) => Response.json(await berth.state.get("greeting")),
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
    [Symbol.for(hooksKey)]: hooks,
  };
}
