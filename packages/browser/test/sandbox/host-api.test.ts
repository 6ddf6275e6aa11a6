import { BerthError, type HostApi, toWire } from "@berth/protocol";
import { describe, expect, it, vi } from "vitest";
import { createHostApi, redactError } from "../../src/sandbox/host-api.ts";

function open(maxCallsInFlight = 2) {
  const handlers = {
    mutate: vi.fn(),
    fetch: vi.fn(() => new Promise<never>(() => {})),
    call: vi.fn(async () => null),
    saveViewState: vi.fn(async () => {}),
    navigate: vi.fn(async () => {}),
    requestPermission: vi.fn(async () => "denied" as const),
    report: vi.fn(),
    log: vi.fn(),
    violation: vi.fn(),
  };
  const signal = new AbortController().signal;
  return { handlers, api: createHostApi({ handlers, maxCallsInFlight, signal }) };
}

/** What a view may really send has no type. */
const untyped = (api: HostApi) =>
  api as unknown as Record<string, (value: unknown) => Promise<unknown>>;

describe("the host's answers to a view", () => {
  it.each([
    ["fetch", { method: "TRACE", path: "/x", headers: [], body: null }],
    ["fetch", { method: "GET", path: "/x", headers: [], body: null, credentials: "include" }],
    ["fetch", { method: "GET", path: "/x", headers: [["a"]], body: null }],
    ["call", { capability: "State", method: "get", args: {} }],
    ["call", { capability: "../state", method: "get", args: {} }],
    ["call", null],
    ["log", { level: "fatal", message: "x" }],
    ["report", { message: "x".repeat(4001), isFatal: false }],
    ["navigate", "https://evil.example/"],
    ["navigate", "//evil.example"],
    ["navigate", "/\\evil.example"],
    ["navigate", "/\t/evil.example"],
    ["navigate", "javascript:alert(1)"],
    ["navigate", { toString: (): string => "/x" }],
    ["navigate", "/../settings"],
    ["navigate", { route: "/%2e%2e/settings", isReplaced: true }],
    ["navigate", null],
    ["requestPermission", { type: "api", resource: "/x", actions: ["read"], id: "g1" }],
    ["requestPermission", { type: "api", resource: "/x", actions: ["read"], reason: "Trust me" }],
    ["requestPermission", { type: "root", resource: "*", actions: ["read"] }],
    ["requestPermission", { type: "api", resource: "/x", actions: [] }],
    ["requestPermission", "g1"],
  ])("refuse %s of %o", async (method, argument) => {
    const { api, handlers } = open();
    await expect(untyped(api)[method]?.(argument)).rejects.toMatchObject({
      code: "REQUEST_INVALID",
    });
    for (const handler of Object.values(handlers)) expect(handler).not.toHaveBeenCalled();
  });

  it("pass a path of the app's own", async () => {
    const { api, handlers } = open();
    const route = "/orders/7?tab=lines#2";
    await api.navigate(route);
    expect(handlers.navigate).toHaveBeenLastCalledWith({ route, isReplaced: false });
    await api.navigate({ route, isReplaced: true });
    expect(handlers.navigate).toHaveBeenLastCalledWith({ route, isReplaced: true });
  });

  it("end the view at one call too many in flight", async () => {
    const { api, handlers } = open(2);
    const request = { method: "GET", path: "/x", headers: [], body: null } as const;
    void api.fetch({ ...request, headers: [] });
    void api.fetch({ ...request, headers: [] });
    expect(handlers.violation).not.toHaveBeenCalled();
    await expect(api.fetch({ ...request, headers: [] })).rejects.toMatchObject({
      code: "VIEW_LIMIT_EXCEEDED",
    });
    expect(handlers.violation).toHaveBeenCalledOnce();
  });

  it("tell a view declared errors only, without what they were caused by", () => {
    const secret = new Error("connect ECONNREFUSED 10.0.0.7");
    const declared = redactError(new BerthError("EGRESS_FAILED", "No.", { cause: secret }));
    expect(declared.cause).toBeUndefined();
    expect(toWire(declared)).toMatchObject({ code: "EGRESS_FAILED", message: "No." });
    expect(redactError(secret).message).not.toContain("10.0.0.7");
  });
});
