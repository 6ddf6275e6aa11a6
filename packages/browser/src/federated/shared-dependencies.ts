/**
 * What the page shares with its federated apps, negotiated by version through Module Federation's
 * own share scope, which the app's container is given as well.
 */
import { BerthError, type SharedDependency } from "@berth/protocol";
import { ModuleFederation, type ModuleFederationRuntimePlugin } from "@module-federation/runtime";

/** One dependency of the page, as apps may share it. */
export interface SharedOffer {
  readonly version: string;
  /** The module: what `import * as module from …` gives. Called when the first app wants it. */
  readonly get: () => unknown;
}

/** By the name that modules import: `react`, `react-dom/client`, `react/jsx-runtime`. */
export type SharedOffers = Readonly<Record<string, SharedOffer>>;

/** A container, as Module Federation's build plugins write it. */
export interface RemoteContainer {
  init(scope: unknown, initScope?: unknown, options?: unknown): unknown;
  get(expose: string): unknown;
}

export interface Federation {
  /** The module that the page shares; undefined where the app is to take its own copy. */
  share(name: string, wanted: SharedDependency): Promise<unknown>;
  /** Initializes the container with the page's share scope, and asks it for what it exposes. */
  expose(load: () => Promise<RemoteContainer>, expose: string): Promise<unknown>;
}

type LoadEntry = NonNullable<ModuleFederationRuntimePlugin["loadEntry"]>;

/** @param name - unique in the page: the runtime keeps containers by it */
export function createFederation(name: string, offers: SharedOffers): Federation {
  let load: (() => Promise<RemoteContainer>) | undefined;
  // Not `createInstance`, which would keep it in a list of the page's for good.
  const instance = new ModuleFederation({
    name: `host-of-${name}`,
    remotes: [{ name, entry: `berth:${name}`, type: "module" }],
    shared: Object.fromEntries(
      Object.entries(offers).map(([dependency, { version, get }]) => [
        dependency,
        {
          version,
          get: async () => {
            const module = await get();
            return () => module;
          },
          shareConfig: { singleton: false, requiredVersion: false as const },
        },
      ]),
    ),
    // The one way by which a container comes: ours, which has checked every byte of it.
    plugins: [
      {
        name: "berth",
        // The runtime's own type of a container says more than it uses.
        loadEntry: async () => (await load?.()) as Awaited<ReturnType<LoadEntry>>,
      },
    ],
  });
  return {
    async share(dependency, { requiredVersion, singleton, own }) {
      const shareConfig = { singleton: false, requiredVersion, strictVersion: true };
      const factory = Object.hasOwn(offers, dependency)
        ? await instance.loadShare(dependency, { customShareInfo: { shareConfig } })
        : false;
      if (typeof factory === "function") return factory();
      if (own !== undefined && !singleton) return undefined;
      throw mismatch(dependency, requiredVersion, offers);
    },
    async expose(container, expose) {
      load = container;
      try {
        return await instance.loadRemote(`${name}/${expose.slice(2)}`);
      } finally {
        forgetContainer(`${name}:berth:${name}`);
      }
    },
  };
}

function mismatch(name: string, requiredVersion: string, offers: SharedOffers): BerthError {
  const offer = Object.hasOwn(offers, name) ? offers[name] : undefined;
  const has = offer === undefined ? "does not share it" : `shares ${offer.version}`;
  return new BerthError(
    "SHARED_VERSION_MISMATCH",
    `The app needs ${name} ${requiredVersion}, and this page ${has}; share a version that fits (allowPermissive.shared), or let the app bring its own.`,
    { details: { dependency: name, requiredVersion, shared: offer?.version ?? null } },
  );
}

/** The runtime keeps every container it has loaded under the page's global; ours are short-lived. */
function forgetContainer(key: string): void {
  const kept = (globalThis as { __GLOBAL_LOADING_REMOTE_ENTRY__?: Record<string, unknown> })
    .__GLOBAL_LOADING_REMOTE_ENTRY__;
  if (kept !== undefined) delete kept[key];
}
