/** The few parts of the engine's own modules that our modules use. */

declare module "cloudflare:workers" {
  export abstract class WorkerEntrypoint {
    constructor(ctx: unknown, env: unknown);
    readonly ctx: {
      readonly props: Record<string, unknown>;
      waitUntil(promise: Promise<unknown>): void;
    };
    readonly env: Record<string, unknown>;
  }
  export const env: Record<string, unknown>;
  /** Of the request that runs now. @throws outside of one */
  export function waitUntil(promise: Promise<unknown>): void;
}

declare module "node:async_hooks" {
  export class AsyncLocalStorage<Store> {
    run<Result>(store: Store, callback: () => Result): Result;
    getStore(): Store | undefined;
  }
}
