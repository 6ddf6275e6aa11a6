/**
 * The host's side of one conversation with an app's own HTML: JSON-RPC 2.0 by the MCP Apps
 * contract. Knows nothing of frames: text comes in, text goes out.
 *
 * Owns the requests in flight, both ways, and what waits until the app has said that it is ready.
 * Invariant: nothing but answers leaves before `ui/notifications/initialized`.
 * Trust: every text is hostile; the first one beyond a bound ends the session for good.
 */
import {
  BerthError,
  isBerthError,
  type JsonRpcId,
  jsonRpcCodes,
  mcpCancelledSchema,
  mcpLogSchema,
  mcpSizeSchema,
  toWire,
  type ViewErrorReport,
  type ViewLimits,
  type ViewLog,
  viewErrorSchema,
} from "@berth/protocol";
import type { Clock } from "../clock.ts";
import { utf8Bytes } from "../sandbox/port-guard.ts";
import { createTokenBucket } from "../sandbox/token-bucket.ts";
import { htmlReportMethod } from "./boot.ts";
import type { HtmlMethod } from "./methods.ts";
import { parseHtmlMessage } from "./read-message.ts";

export interface HtmlSize {
  readonly width: number | undefined;
  readonly height: number | undefined;
}

export interface HtmlSessionOptions {
  readonly limits: ViewLimits;
  readonly clock: Clock;
  readonly methods: ReadonlyMap<string, HtmlMethod>;
  readonly send: (text: string) => void;
  /** Each message that was read, in bytes, and its text. */
  readonly onMessage: (bytes: number, text: string) => void;
  readonly onInitialized: () => void;
  readonly onSize: (size: HtmlSize) => void;
  readonly onLog: (entry: ViewLog) => void;
  readonly onReport: (report: ViewErrorReport) => void;
  /** At most once; the session is closed by then. */
  readonly onViolation: (error: BerthError) => void;
}

const teardownId = "berth-teardown";
const maxLogLength = 8_000;

export class HtmlSession {
  readonly #options: HtmlSessionOptions;
  readonly #bucket: ReturnType<typeof createTokenBucket>;
  readonly #inFlight = new Map<JsonRpcId, AbortController>();
  #waiting: string[] | undefined = [];
  #tornDown: PromiseWithResolvers<void> | undefined;
  #isClosed = false;

  constructor(options: HtmlSessionOptions) {
    this.#options = options;
    this.#bucket = createTokenBucket(options.limits.maxMessagesPerSecond, options.clock);
  }

  receive(data: unknown): void {
    if (this.#isClosed) return;
    try {
      this.#take(data);
    } catch (error) {
      const told =
        error instanceof BerthError
          ? error
          : new BerthError("VIEW_MESSAGE_REFUSED", "A message of the view cannot be read.");
      this.close();
      this.#options.onViolation(told);
    }
  }

  /** Tells the app something, once it is ready to be told. */
  notify(method: string, params: unknown): void {
    const text = JSON.stringify({ jsonrpc: "2.0", method, params });
    if (this.#isClosed) return;
    if (this.#waiting === undefined) this.#options.send(text);
    else this.#waiting.push(text);
  }

  /** Resolves when the app has answered that it may be taken down; at once when it never was up. */
  async tearDown(): Promise<void> {
    if (this.#isClosed || this.#waiting !== undefined) return;
    this.#tornDown ??= Promise.withResolvers();
    this.#send({ id: teardownId, method: "ui/resource-teardown", params: {} });
    await this.#tornDown.promise;
  }

  /** Gives up what it does for the app. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = undefined;
    for (const request of this.#inFlight.values()) request.abort();
    this.#tornDown?.resolve();
  }

  #take(data: unknown): void {
    const { limits } = this.#options;
    if (!this.#bucket.take())
      throw exceeded(`sends more than ${limits.maxMessagesPerSecond} messages a second`);
    if (typeof data !== "string")
      throw new BerthError("VIEW_MESSAGE_REFUSED", "A message of the view is not text.");
    const bytes = utf8Bytes(data, limits.maxMessageBytes);
    if (bytes > limits.maxMessageBytes) throw tooLarge(limits);
    this.#options.onMessage(bytes, data);
    const message = parseHtmlMessage(data);
    switch (message.kind) {
      case "request":
        this.#answer(message.id, message.method, message.params);
        return;
      case "notification":
        this.#hear(message.method, message.params);
        return;
      case "answer":
        if (message.id === teardownId) this.#tornDown?.resolve();
        return;
      case "invalid":
        this.#fail(
          null,
          jsonRpcCodes.invalidRequest,
          "The message is no request, no notification and no answer.",
        );
        return;
    }
  }

  #answer(id: JsonRpcId, name: string, params: unknown): void {
    const { limits, methods } = this.#options;
    const method = methods.get(name);
    if (method === undefined) {
      this.#fail(id, jsonRpcCodes.methodNotFound, `This host does not answer ${name}.`);
      return;
    }
    if (this.#inFlight.has(id)) {
      this.#fail(id, jsonRpcCodes.invalidRequest, "A request of that id is in flight.");
      return;
    }
    if (this.#inFlight.size >= limits.maxCallsInFlight)
      throw exceeded(`has more than ${limits.maxCallsInFlight} calls in flight`);
    const request = new AbortController();
    this.#inFlight.set(id, request);
    // `#run` sends what goes wrong as an answer.
    void this.#run(id, () => method(params, request.signal));
  }

  async #run(id: JsonRpcId, work: () => unknown): Promise<void> {
    try {
      const result = (await work()) ?? {};
      this.#send({ id, result });
    } catch (error) {
      const isInvalid = isBerthError(error, "REQUEST_INVALID");
      const { code, message } = toWire(error);
      const number = isInvalid ? jsonRpcCodes.invalidParams : jsonRpcCodes.refused;
      this.#fail(id, number, message, { code });
    } finally {
      this.#inFlight.delete(id);
    }
  }

  #hear(method: string, params: unknown): void {
    switch (method) {
      case "ui/notifications/initialized":
        this.#initialize();
        return;
      case "ui/notifications/size-changed": {
        const size = mcpSizeSchema.safeParse(params);
        if (size.success)
          this.#options.onSize({ width: size.data.width, height: size.data.height });
        return;
      }
      case "notifications/message": {
        const entry = mcpLogSchema.safeParse(params);
        if (entry.success) this.#options.onLog(logOf(entry.data.level, entry.data.data));
        return;
      }
      case "notifications/cancelled": {
        const cancelled = mcpCancelledSchema.safeParse(params);
        if (cancelled.success) this.#inFlight.get(cancelled.data.requestId)?.abort();
        return;
      }
      case htmlReportMethod: {
        const report = viewErrorSchema.safeParse(params);
        if (report.success) this.#options.onReport({ ...report.data, isFatal: false });
        return;
      }
      // The contract lets either side say what the other has no use for.
      default:
        return;
    }
  }

  #initialize(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    for (const text of waiting) this.#options.send(text);
    this.#options.onInitialized();
  }

  #fail(id: JsonRpcId | null, code: number, message: string, data?: unknown): void {
    this.#send({ id, error: { code, message, ...(data === undefined ? {} : { data }) } });
  }

  #send(body: Readonly<Record<string, unknown>>): void {
    if (!this.#isClosed) this.#options.send(JSON.stringify({ jsonrpc: "2.0", ...body }));
  }
}

export function tooLarge({ maxMessageBytes }: ViewLimits): BerthError {
  return exceeded(`sends a message of more than ${maxMessageBytes} bytes`);
}

function exceeded(what: string): BerthError {
  return new BerthError("VIEW_LIMIT_EXCEEDED", `The view ${what}.`);
}

/** The contract's levels are syslog's; its data is anything. */
function logOf(level: string, data: unknown): ViewLog {
  const text = typeof data === "string" ? data : (JSON.stringify(data) ?? "");
  const levels: Readonly<Record<string, ViewLog["level"]>> = {
    debug: "debug",
    info: "info",
    notice: "info",
    warning: "warn",
  };
  const known = Object.hasOwn(levels, level) ? levels[level] : undefined;
  return { level: known ?? "error", message: text.slice(0, maxLogLength) };
}
