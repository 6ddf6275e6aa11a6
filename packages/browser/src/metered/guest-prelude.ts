/**
 * The first script in the engine, before any of the app's: what an app without a UI has, made of
 * the one function that leads out.
 *
 * It is written as a function and crosses as its own text, so that it may name nothing from outside
 * itself. Trust: the app shares the engine's globals and may change them all; what is used after
 * the app has begun is held in constants. An app that breaks this hurts itself only: the other
 * side believes no message.
 */

/**
 * @param send - takes one JSON text out; returns nothing, and throws what it refuses
 * @param blockedText - names of globals that the app is not to find, as JSON
 */
export function guestPrelude(
  send: (text: string) => void,
  blockedText: string,
): (text: string) => void {
  const { parse, stringify } = JSON;
  const { freeze, defineProperty, keys } = Object;
  const { apply } = Reflect;
  const Later = Promise;
  const Failure = Error;
  const then = Later.prototype.then;
  const text = String;
  const slice = String.prototype.slice;
  const mapGet = Map.prototype.get;
  const mapSet = Map.prototype.set;
  const mapDelete = Map.prototype.delete;
  type Slot = { resolve: (value: unknown) => void; reject: (reason: unknown) => void };
  type Run = () => unknown;
  const waiting = new Map<number, Slot>();
  const timers = new Map<number, Run>();
  let listeners: ((context: unknown) => void)[] = [];
  let definition: Record<string, unknown> | undefined;
  let context: unknown = null;
  let lastId = 0;

  const tell = (kind: string, id: number, value: unknown): void =>
    send(stringify({ kind, id, value }) as string);
  const ask = (kind: string, value: unknown): Promise<unknown> =>
    new Later((resolve, reject) => {
      lastId += 1;
      apply(mapSet, waiting, [lastId, { resolve, reject }]);
      tell(kind, lastId, value);
    });

  const shown = (value: unknown): string => {
    if (typeof value === "string") return value;
    try {
      if (value instanceof Failure) return `${value.name}: ${value.message}\n${value.stack ?? ""}`;
      return stringify(value) ?? text(value);
    } catch {
      // A cycle, or a getter that throws: that there was something is all that can be told.
      return "[unreadable]";
    }
  };
  const logger =
    (level: string) =>
    (...values: unknown[]): void => {
      let message = "";
      for (let index = 0; index < values.length; index++)
        message += (index === 0 ? "" : " ") + shown(values[index]);
      tell("log", 0, { level, message: apply(slice, message, [0, 8000]) });
    };
  const log = freeze({
    debug: logger("debug"),
    info: logger("info"),
    warn: logger("warn"),
    error: logger("error"),
  });

  const startTimer = (run: unknown, ms: unknown, isRepeated: boolean, rest: unknown[]): number => {
    if (typeof run !== "function") throw new TypeError("A timer needs a function.");
    lastId += 1;
    const id = lastId;
    apply(mapSet, timers, [
      id,
      () => {
        if (!isRepeated) apply(mapDelete, timers, [id]);
        return apply(run, undefined, rest);
      },
    ]);
    tell("timer", id, { ms: Number(ms) || 0, isRepeated });
    return id;
  };
  const clearTimer = (id: unknown): void => {
    if (apply(mapDelete, timers, [id]) as boolean) tell("clear", id as number, null);
  };

  const area = (name: string) => {
    const call = (method: string, args: object): Promise<unknown> =>
      ask("call", { capability: "storage", method, args: { area: name, ...args } });
    const getEntry = async (key: string) =>
      ((await call("get", { key })) ?? undefined) as { value?: unknown } | undefined;
    return freeze({
      getEntry,
      get: async (key: string) => (await getEntry(key))?.value,
      put: (key: string, value: unknown) => call("put", { key, value }),
      delete: (key: string) => call("delete", { key }),
      list: (options: object = {}) => call("list", options),
      usage: () => call("usage", {}),
    });
  };

  interface Init {
    method?: string;
    headers?: Record<string, string>;
    body?: string;
    json?: unknown;
  }
  interface Answer {
    status: number;
    headers: readonly (readonly [string, string])[];
    body: string;
  }
  const fetch = async (path: string, init: Init = {}) => {
    const isJson = init.json !== undefined;
    const body = isJson ? stringify(init.json) : (init.body ?? null);
    const given = init.headers ?? {};
    const headers: [string, string][] = isJson ? [["content-type", "application/json"]] : [];
    for (const name of keys(given)) headers[headers.length] = [name, text(given[name])];
    const method = init.method ?? (body === null ? "GET" : "POST");
    const answer = (await ask("fetch", { method, path, headers, body })) as Answer;
    const { status } = answer;
    return freeze({
      status,
      ok: status >= 200 && status < 300,
      headers: answer.headers,
      body: answer.body,
      text: async () => answer.body,
      json: async () => parse(answer.body) as unknown,
    });
  };

  const app = freeze({
    get context() {
      return context;
    },
    onContext(listener: (context: unknown) => void) {
      listeners = [...listeners, listener];
      return () => {
        listeners = listeners.filter((each) => each !== listener);
      };
    },
    fetch,
    call: (capability: string, method: string, args: unknown = {}) =>
      ask("call", { capability, method, args }),
    storage: freeze({ session: area("session"), persistent: area("persistent") }),
    saveState: (state: unknown) => ask("saveViewState", state ?? null),
    requestPermission: (wanted: unknown) => ask("requestPermission", wanted),
    log,
  });

  const give = (name: string, value: unknown): void => {
    defineProperty(globalThis, name, { value, configurable: true, writable: true });
  };
  give("console", freeze({ ...log, log: log.info }));
  give("setTimeout", (run: unknown, ms?: unknown, ...rest: unknown[]) =>
    startTimer(run, ms, false, rest),
  );
  give("setInterval", (run: unknown, ms?: unknown, ...rest: unknown[]) =>
    startTimer(run, ms, true, rest),
  );
  give("clearTimeout", clearTimer);
  give("clearInterval", clearTimer);
  give("queueMicrotask", (run: () => void) => void apply(then, Later.resolve(), [run]));
  give("defineLogic", (given: Record<string, unknown>) => {
    if (definition !== undefined) throw new Failure("defineLogic was called twice.");
    if (typeof given !== "object" || given === null)
      throw new TypeError("defineLogic needs an object of functions, such as { start(app) {} }.");
    definition = given;
  });

  const refuse = function refused(): never {
    throw new EvalError("Code from text is not allowed here.");
  };
  const codeKinds = [() => {}, async () => {}, function* () {}, async function* () {}];
  for (const path of parse(blockedText) as string[]) {
    const names = path.split(".");
    const last = names[names.length - 1] as string;
    let owner: unknown = globalThis;
    for (let index = 0; index < names.length - 1; index++)
      owner = (owner as Record<string, unknown> | undefined)?.[names[index] as string];
    if (typeof owner === "object" || typeof owner === "function")
      if (owner !== null) delete (owner as Record<string, unknown>)[last];
    // Each is reached through a literal of its kind as well.
    if (path === "Function")
      for (const kind of codeKinds)
        defineProperty(Object.getPrototypeOf(kind), "constructor", { value: refuse });
  }

  const hook = (name: string, args: unknown[]): unknown => {
    const run = definition?.[name];
    return typeof run === "function" ? apply(run, definition, args) : undefined;
  };
  /** Said when there is no room left to say more; its making needs none by then. */
  const lastWords = stringify({
    ...{ kind: "failed", id: 0 },
    value: { code: null, message: "InternalError: out of memory", stack: null },
  });
  /** Given back when there is something to tell and perhaps no room for it. */
  const reserve: ArrayBuffer[] = [new ArrayBuffer(65_536)];
  const report = (id: number, error: unknown): void => {
    reserve.length = 0;
    try {
      // A class of the app's own may name its errors as it likes.
      const { code, name, message, stack } = (error ?? {}) as Record<string, unknown>;
      const told = error instanceof Failure ? `${text(name)}: ${text(message)}` : shown(error);
      tell("failed", id, {
        code: typeof code === "string" ? apply(slice, code, [0, 100]) : null,
        message: apply(slice, told, [0, 4_000]),
        stack: typeof stack === "string" ? apply(slice, stack, [0, 16_000]) : null,
      });
      reserve[0] = new ArrayBuffer(65_536);
    } catch {
      send(lastWords);
    }
  };
  /** Runs one of the app's own functions, and tells how it ended. */
  const run = (id: number, work: Run): void => {
    try {
      apply(then, Later.resolve(work()), [
        (value: unknown) => {
          try {
            tell("done", id, value ?? null);
          } catch (error) {
            report(id, error);
          }
        },
        (error: unknown) => report(id, error),
      ]);
    } catch (error) {
      report(id, error);
    }
  };

  interface Delivered {
    kind: string;
    id: number;
    value: unknown;
  }
  return (message) => {
    const { kind, id, value } = parse(message) as Delivered;
    if (kind === "answer" || kind === "refusal") {
      const slot = apply(mapGet, waiting, [id]) as Slot | undefined;
      apply(mapDelete, waiting, [id]);
      if (kind === "answer") slot?.resolve(value);
      else {
        const { code, message: why } = value as { code: string | null; message: string };
        const error = new Failure(why);
        if (code !== null) defineProperty(error, "code", { value: code, enumerable: true });
        slot?.reject(error);
      }
    } else if (kind === "due") {
      const timer = apply(mapGet, timers, [id]) as Run | undefined;
      if (timer !== undefined) run(0, timer);
    } else if (kind === "evaluated") {
      if (definition === undefined) throw new Failure("The module ended without defineLogic.");
    } else {
      if (kind === "start" || kind === "update") {
        context = freeze(value);
        for (const listener of kind === "update" ? listeners : []) run(0, () => listener(context));
      }
      if (kind === "message") run(id, () => hook("message", [value, app]));
      else run(id, () => hook(kind, [app]));
    }
  };
}
