/**
 * The globals that a federated app's modules see under these names, in place of the page's own.
 *
 * Two ends: what the app leaves behind by them (timers, listeners on the window, names on it) is
 * taken back when it is unmounted, and `blockedAPIs` are refused.
 *
 * Not a wall, and not meant as one. The app runs in the page: `document.defaultView`, an element's
 * `ownerDocument`, a function's constructor give it the page's own globals. This keeps an honest
 * app to what its manifest says, and shows where a dishonest one does not keep to it. `eval` cannot
 * be shadowed in a module at all; a page whose policy lacks 'unsafe-eval' is what refuses it.
 */
export interface ShadowedGlobals {
  /** By the name under which modules see them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Of `blockedAPIs`, what is not even shadowed here: `eval`, and names with a dot. */
  readonly unheld: readonly string[];
  /** Takes back what the app left in the page by these globals. Idempotent. */
  release(): void;
}

/** Words that no binding of a module may have. */
const unbindable = new Set(
  "eval arguments await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield".split(
    " ",
  ),
);
const identifier = /^[A-Za-z_$][\w$]*$/;

/** @param page - the page's window */
export function createShadowedGlobals(
  page: typeof globalThis,
  blockedAPIs: readonly string[],
): ShadowedGlobals {
  const ending = new AbortController();
  const timers = createTimers(page);
  const added = new Set<PropertyKey>();
  const blocked = blockedAPIs.filter((name) => identifier.test(name));
  const given: Record<string, unknown> = {
    ...timers.values,
    addEventListener(type: string, listener: EventListener, options?: unknown): void {
      const asked: AddEventListenerOptions =
        typeof options === "object" && options !== null ? options : { capture: options === true };
      const { signal } = asked;
      page.addEventListener(type, listener, {
        ...asked,
        signal: signal ? AbortSignal.any([signal, ending.signal]) : ending.signal,
      });
    },
  };
  const view = createView(page, given, (name) => added.add(name));
  // The names are gone, as they are at the strict level.
  const gone = Object.fromEntries(blocked.map((name) => [name, undefined]));
  Object.assign(given, { window: view, self: view, globalThis: view }, gone);
  return {
    values: Object.fromEntries(Object.entries(given).filter(([name]) => !unbindable.has(name))),
    unheld: blockedAPIs.filter((name) => !identifier.test(name) || unbindable.has(name)),
    release() {
      ending.abort();
      timers.clear();
      for (const name of added) Reflect.deleteProperty(page, name);
      added.clear();
    },
  };
}

/** The page's window, with what is given in place of its own. */
function createView(
  page: typeof globalThis,
  given: Readonly<Record<string, unknown>>,
  onAdded: (name: PropertyKey) => void,
): unknown {
  const bound = new WeakMap<object, unknown>();
  return new Proxy(page, {
    get(_, name) {
      if (typeof name === "string" && Object.hasOwn(given, name)) return given[name];
      const value: unknown = Reflect.get(page, name, page);
      // The browser's own functions want the window itself as their `this`; classes stay themselves.
      if (typeof value !== "function" || Object.hasOwn(value, "prototype")) return value;
      // What can never be another value must be handed out as it is.
      const own = Reflect.getOwnPropertyDescriptor(page, name);
      if (own?.configurable === false && own.writable === false) return value;
      const known = bound.get(value) ?? value.bind(page);
      bound.set(value, known);
      return known;
    },
    set(_, name, value) {
      const isNew = !Reflect.has(page, name);
      const isSet = Reflect.set(page, name, value, page);
      if (isSet && isNew) onAdded(name);
      return isSet;
    },
    defineProperty(_, name, descriptor) {
      const isNew = !Reflect.has(page, name);
      const isDefined = Reflect.defineProperty(page, name, descriptor);
      if (isDefined && isNew) onAdded(name);
      return isDefined;
    },
  });
}

interface Timers {
  readonly values: Readonly<Record<string, unknown>>;
  clear(): void;
}

/** The page's timers, each known until it has run or was cleared. */
function createTimers(page: typeof globalThis): Timers {
  let isOver = false;
  const timeouts = new Set<unknown>();
  const intervals = new Set<unknown>();
  const frames = new Set<unknown>();
  const clearTimeout = (id?: number): void => {
    timeouts.delete(id);
    intervals.delete(id);
    page.clearTimeout(id);
  };
  return {
    values: {
      setTimeout(work: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): unknown {
        if (isOver) return 0;
        const id: unknown = page.setTimeout(() => {
          timeouts.delete(id);
          work(...args);
        }, ms);
        timeouts.add(id);
        return id;
      },
      setInterval(work: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): unknown {
        if (isOver) return 0;
        const id = page.setInterval(() => work(...args), ms);
        intervals.add(id);
        return id;
      },
      requestAnimationFrame(work: FrameRequestCallback): number {
        if (isOver) return 0;
        const id: number = page.requestAnimationFrame((time) => {
          frames.delete(id);
          work(time);
        });
        frames.add(id);
        return id;
      },
      clearTimeout,
      clearInterval: clearTimeout,
      cancelAnimationFrame(id: number): void {
        frames.delete(id);
        page.cancelAnimationFrame(id);
      },
    },
    clear() {
      // What goes on of the app after its end, a promise of its own say, begins no timer any more.
      isOver = true;
      // Each of the three sets holds only what the page's own function gave.
      for (const id of timeouts) page.clearTimeout(id as number);
      for (const id of intervals) page.clearInterval(id as number);
      for (const id of frames) page.cancelAnimationFrame(id as number);
      for (const ids of [timeouts, intervals, frames]) ids.clear();
    },
  };
}
