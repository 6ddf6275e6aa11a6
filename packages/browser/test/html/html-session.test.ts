import { BerthError, defaultViewLimits, type ViewLimits } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { HtmlSession } from "../../src/html/html-session.ts";
import { createHtmlMethods, type HtmlMethodsOptions } from "../../src/html/methods.ts";
import { createManualClock } from "../manual-clock.ts";

interface Stage {
  readonly session: HtmlSession;
  /** What the app has been sent, parsed. */
  readonly sent: Record<string, unknown>[];
  readonly violations: string[];
  readonly heights: readonly (number | undefined)[];
  /** Messages in, then whatever they set off. */
  tell(...messages: unknown[]): Promise<void>;
}

function open(given: Partial<HtmlMethodsOptions> = {}, limits: Partial<ViewLimits> = {}): Stage {
  const sent: Record<string, unknown>[] = [];
  const violations: string[] = [];
  const heights: (number | undefined)[] = [];
  const clock = createManualClock();
  const refuse = () => Promise.reject(new BerthError("FUNCTION_ABSENT", "none"));
  const methods = createHtmlMethods({
    host: {},
    api: {
      mutate: refuse,
      fetch: refuse,
      call: refuse,
      saveViewState: async () => {},
      navigate: refuse,
      requestPermission: refuse,
      report: refuse,
      log: refuse,
    },
    call: async () => ({ degrees: 21 }),
    require: () => {},
    context: () => ({ theme: "dark" }),
    changeDisplayMode: async () => "inline",
    domains: ["api.weather.example"],
    clock,
    ...given,
  });
  const session = new HtmlSession({
    limits: { ...defaultViewLimits, ...limits },
    clock,
    methods,
    send: (text) => sent.push(JSON.parse(text)),
    onMessage: () => {},
    onInitialized: () => {},
    onSize: ({ height }) => heights.push(height),
    onLog: () => {},
    onReport: () => {},
    onViolation: ({ code }) => violations.push(code),
  });
  return {
    session,
    sent,
    violations,
    heights,
    async tell(...messages) {
      for (const message of messages)
        session.receive(typeof message === "string" ? message : JSON.stringify(message));
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const request = (id: number, method: string, params: unknown = {}) => ({
  jsonrpc: "2.0",
  id,
  method,
  params,
});
const initialized = { jsonrpc: "2.0", method: "ui/notifications/initialized" };

describe("a conversation with an app's own HTML", () => {
  it("answers ui/initialize, and tells nothing before the app says that it is ready", async () => {
    const { session, sent, tell } = open();
    session.notify("ui/notifications/tool-input", { arguments: { place: "Porto" } });
    await tell(request(1, "ui/initialize", { protocolVersion: "2030-01-01" }));
    expect(sent).toEqual([
      {
        jsonrpc: "2.0",
        id: 1,
        result: expect.objectContaining({
          protocolVersion: "2026-01-26",
          hostContext: { theme: "dark" },
          hostCapabilities: expect.objectContaining({
            sandbox: {
              csp: {
                connectDomains: ["https://api.weather.example"],
                resourceDomains: ["https://api.weather.example"],
              },
            },
          }),
        }),
      },
    ]);
    await tell(initialized, initialized);
    expect(sent.slice(1)).toEqual([
      expect.objectContaining({ method: "ui/notifications/tool-input" }),
    ]);
  });

  it("takes heights that a page can have, and no others", async () => {
    const { heights, violations, tell } = open();
    const size = (height: unknown) => ({
      jsonrpc: "2.0",
      method: "ui/notifications/size-changed",
      params: { width: 300, height },
    });
    const wrong = [-1, 1e300, null, "480", { valueOf: 480 }, 1_000_001];
    await tell(...wrong.map(size), size(480), size(0));
    expect(heights).toEqual([480, 0]);
    expect(violations).toEqual([]);
  });

  it.each([
    ["a method that is not there", request(7, "tools/list"), 7, -32_601],
    ["a method of the page's that it does not offer", request(7, "ui/message"), 7, -32_601],
    ["a name from the prototype", request(7, "constructor"), 7, -32_601],
    ["a parameter of the wrong type", request(7, "tools/call", { name: 3 }), 7, -32_602],
    ["a tool whose name is a path", request(7, "tools/call", { name: "../x" }), 7, -32_602],
    ["an id that is an object", { jsonrpc: "2.0", id: {}, method: "ping" }, null, -32_600],
    ["another version", { jsonrpc: "1.0", id: 7, method: "ping" }, null, -32_600],
    ["no object", [1, 2], null, -32_600],
  ])("answers %s by an error", async (_what, message, id, code) => {
    const { sent, violations, tell } = open();
    await tell(message);
    expect(sent).toEqual([{ jsonrpc: "2.0", id, error: expect.objectContaining({ code }) }]);
    expect(violations).toEqual([]);
  });

  it("tells a declared error's code, and nothing of any other", async () => {
    const { sent, tell } = open({
      call: async ({ args }) => {
        const isDenied = (args as { name: string }).name === "denied";
        if (isDenied) throw new BerthError("PERMISSION_DENIED", "No grant.");
        throw new Error("password is hunter2");
      },
    });
    await tell(
      request(1, "tools/call", { name: "denied" }),
      request(2, "tools/call", { name: "x" }),
    );
    expect(sent).toEqual([
      expect.objectContaining({
        id: 1,
        error: { code: -32_000, message: "No grant.", data: { code: "PERMISSION_DENIED" } },
      }),
      expect.objectContaining({
        id: 2,
        error: expect.objectContaining({ data: { code: "INTERNAL" } }),
      }),
    ]);
    expect(JSON.stringify(sent)).not.toContain("hunter2");
  });

  it("puts what a tool answers into the contract's shape", async () => {
    const { sent, tell } = open();
    await tell(request(1, "tools/call", { name: "get_weather" }));
    expect(sent[0]?.result).toEqual({
      content: [{ type: "text", text: '{"degrees":21}' }],
      structuredContent: { degrees: 21 },
    });
  });

  it.each([
    [
      "calls in flight",
      "VIEW_LIMIT_EXCEEDED",
      [1, 2, 3].map((id) => request(id, "tools/call", { name: "x" })),
    ],
    ["bytes", "VIEW_LIMIT_EXCEEDED", [request(1, "ping", { x: "é".repeat(600) })]],
    [
      "messages a second",
      "VIEW_LIMIT_EXCEEDED",
      Array.from({ length: 21 }, (_, id) => request(id, "ping")),
    ],
    [
      "prototype keys",
      "VIEW_MESSAGE_REFUSED",
      ['{"jsonrpc":"2.0","method":"x","params":{"__proto__":{}}}'],
    ],
    [
      "depth",
      "VIEW_MESSAGE_REFUSED",
      [`{"jsonrpc":"2.0","method":"x","params":{"a":${"[".repeat(101)}${"]".repeat(101)}}}`],
    ],
  ])("ends for good beyond the bound of %s", async (_what, code, messages) => {
    const { sent, violations, tell } = open(
      { call: () => new Promise(() => {}) },
      { maxCallsInFlight: 2, maxMessageBytes: 1_000, maxMessagesPerSecond: 20 },
    );
    await tell(...messages);
    expect(violations).toEqual([code]);
    const before = sent.length;
    await tell(request(50, "ping"));
    expect(sent).toHaveLength(before);
  });

  it("gives up a call that the app cancels", async () => {
    const signals: AbortSignal[] = [];
    const { tell } = open({
      call: (_request, signal) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    await tell(request(4, "tools/call", { name: "x" }));
    await tell({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 4 } });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it("lets an app disturb the user so often and no more", async () => {
    const opened: string[] = [];
    const host = { openLink: (url: string) => void opened.push(url) };
    const { sent, tell } = open({ host });
    const links = Array.from({ length: 25 }, (_, id) =>
      request(id, "ui/open-link", { url: `https://a.example/${id}` }),
    );
    await tell(...links);
    expect(opened).toHaveLength(20);
    const refused = sent.filter(({ error }) => error !== undefined);
    expect(refused).toHaveLength(5);
    expect(refused[0]).toMatchObject({ error: { data: { code: "RATE_LIMITED" } } });
  });
});
