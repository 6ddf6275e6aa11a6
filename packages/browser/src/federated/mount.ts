/**
 * Mounts what a federated app exposes: a module with `mount`, or a React component as `default`.
 * Trust: both throw what they like and when they like; the page hears of it by `onCrash`.
 */
import { BerthError, type RemoteContext, type RemoteModule } from "@berth/protocol";

export interface Mounted {
  unmount(): unknown;
  pause(): unknown;
  resume(): unknown;
}

export interface MountOptions {
  readonly root: HTMLElement;
  readonly context: RemoteContext<AbortSignal>;
  /** The page's `react` or `react-dom/client`, by the app's own list. */
  readonly shared: (name: string) => Promise<unknown>;
  /** The component threw while it drew; it is unmounted by then. */
  readonly onCrash: (error: unknown) => void;
}

/** @throws BerthError REMOTE_INVALID, SHARED_VERSION_MISMATCH; what `mount` throws */
export async function mountExposed(exposed: unknown, options: MountOptions): Promise<Mounted> {
  const module = Object(exposed) as Partial<RemoteModule> & { readonly default?: unknown };
  const inner = Object(module.default) as Partial<RemoteModule>;
  const mount = [module, inner].find((each) => typeof each.mount === "function");
  if (mount !== undefined) return await mountModule(mount as RemoteModule, options);
  if (isComponent(module.default)) return await mountComponent(module.default, options);
  throw new BerthError(
    "REMOTE_INVALID",
    `The app exposes ${Object.keys(module).join(", ") || "nothing"}; expected mount(root, context), or a React component as default.`,
  );
}

async function mountModule(module: RemoteModule, options: MountOptions): Promise<Mounted> {
  const mounted: unknown = await module.mount(options.root, options.context);
  if (typeof mounted === "function") return actionsOf({ unmount: mounted });
  return actionsOf(Object(mounted) as Record<string, unknown>);
}

function actionsOf(made: Readonly<Record<string, unknown>>): Mounted {
  const call = (name: string) => () => {
    const action = made[name];
    return typeof action === "function" ? action.call(made) : undefined;
  };
  return { unmount: call("unmount"), pause: call("pause"), resume: call("resume") };
}

function isComponent(value: unknown): boolean {
  // `memo` and `forwardRef` make objects.
  return typeof value === "function" || Object.hasOwn(Object(value), "$$typeof");
}

/** What is used of React, of whichever version was negotiated: 18 or 19. */
interface ReactParts {
  createElement(type: unknown, props: unknown, ...children: unknown[]): unknown;
  readonly Component: new (props: never) => object;
}
interface ReactClientParts {
  createRoot(
    root: HTMLElement,
    options?: Readonly<Record<string, unknown>>,
  ): { render(element: unknown): void; unmount(): void };
}

async function mountComponent(component: unknown, options: MountOptions): Promise<Mounted> {
  const { root: place, context, shared, onCrash } = options;
  const react = partsOf<ReactParts>(await shared("react"), "createElement");
  const client = partsOf<ReactClientParts>(await shared("react-dom/client"), "createRoot");
  if (react === undefined || client === undefined)
    throw new BerthError(
      "REMOTE_INVALID",
      "The app exposes a component, but shares no react and react-dom/client with the page; list both under shared, or expose mount(root, context).",
    );
  const drawn = Promise.withResolvers<void>();
  // Told by `onCrash` when it comes after the first picture.
  drawn.promise.catch(() => {});
  const crash = (error: unknown) => {
    drawn.reject(error);
    // Not at once: React is drawing, and a root is not unmounted meanwhile.
    queueMicrotask(() => onCrash(error));
  };
  const boundary = createBoundary(react, { onCrash: crash, onDrawn: () => drawn.resolve() });
  // What the boundary has caught is the app's own; React need not tell the page's console of it.
  const root = client.createRoot(place, { onCaughtError: () => {} });
  root.render(react.createElement(boundary, {}, react.createElement(component, { context })));
  try {
    await drawn.promise;
  } catch (error) {
    root.unmount();
    throw error;
  }
  return actionsOf({ unmount: () => root.unmount() });
}

/** React is CommonJS, so that a bundler may give it as a module's default alone. */
function partsOf<Parts>(module: unknown, name: keyof Parts): Parts | undefined {
  const found = [module, Object(module).default].find((each) => name in Object(each));
  return found as Parts | undefined;
}

/** A class of whichever React it is, so none can be written down here. */
function createBoundary(
  react: ReactParts,
  told: { readonly onCrash: (error: unknown) => void; readonly onDrawn: () => void },
): unknown {
  return class Boundary extends react.Component {
    state = { isBroken: false };
    static getDerivedStateFromError() {
      return { isBroken: true };
    }
    componentDidMount() {
      if (!this.state.isBroken) told.onDrawn();
    }
    componentDidCatch(error: unknown) {
      told.onCrash(error);
    }
    render() {
      // React's own property; not declared, since `Component` is known here by its constructor only.
      return this.state.isBroken
        ? null
        : (this as { props?: { children?: unknown } }).props?.children;
    }
  };
}
