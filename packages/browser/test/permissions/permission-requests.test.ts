import type { Permission, PermissionAnswer, PermissionAsk } from "@berth/protocol";
import { beforeAll, describe, expect, it } from "vitest";
import { PermissionManager } from "../../src/permissions/permission-manager.ts";
import { createPermissionMemory, scopeMemory } from "../../src/permissions/permission-memory.ts";
import type {
  PermissionRequest,
  PromptOptions,
} from "../../src/permissions/permission-requests.ts";
import { createManualClock } from "../manual-clock.ts";

const optional = (resource: string): Permission => ({
  type: "api",
  resource,
  actions: ["read"],
  optional: true,
  reason: `Shows ${resource}`,
});
const needed: Permission = { type: "api", resource: "/api/needed", actions: ["read"] };
const names = ["/api/a", "/api/b", "/api/c", "/api/d", "/api/e"];
const askFor = (resource: string): PermissionAsk => ({ type: "api", resource, actions: ["read"] });

interface OpenPrompt {
  readonly request: PermissionRequest;
  answer(answer: unknown): void;
}

/** A host whose prompts the test answers. */
function open(options: Partial<PromptOptions> = {}) {
  const clock = createManualClock();
  const prompts: OpenPrompt[] = [];
  const permissions = new PermissionManager({
    clock,
    prompt: {
      instance: "a",
      app: { id: "orders", name: "Orders" },
      asked: [...names.map(optional), needed],
      askPermission: (request) => {
        const { promise, resolve } = Promise.withResolvers<PermissionAnswer>();
        // A host in plain JavaScript may answer anything.
        prompts.push({ request, answer: (answer) => resolve(answer as PermissionAnswer) });
        return promise;
      },
      ...options,
    },
  });
  return { clock, prompts, permissions };
}

// Fetched with the first request; here at once, so that what follows takes no turn of its own.
beforeAll(() => import("../../src/permissions/permission-requests.ts"));

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const mayRead = (permissions: PermissionManager, resource: string) =>
  permissions.allows({ type: "api", resource, action: "read" });

describe("a request for a permission", () => {
  it("shows the manifest's own words, and grants what was answered", async () => {
    const { permissions, prompts } = open();
    const asking = permissions.requestPermission(askFor("/api/a"));
    await settled();
    expect(prompts[0]?.request).toMatchObject({
      instance: "a",
      app: { id: "orders", name: "Orders" },
      permission: optional("/api/a"),
    });
    expect(mayRead(permissions, "/api/a")).toBe(false);
    prompts[0]?.answer("granted");
    expect(await asking).toBe("granted");
    expect(mayRead(permissions, "/api/a")).toBe(true);
    expect(await permissions.requestPermission(askFor("/api/a"))).toBe("granted");
    expect(prompts).toHaveLength(1);
  });

  it.each([
    ["what is not in the manifest", askFor("/api/z")],
    ["what the manifest needs, which an admin has refused", askFor("/api/needed")],
    ["a wider pattern", askFor("/api/*")],
    ["all", askFor("*")],
    ["further actions", { ...askFor("/api/a"), actions: ["read", "write"] } as PermissionAsk],
    ["another type", { ...askFor("/api/a"), type: "data" } as PermissionAsk],
    ["a key that is two", askFor("/api/a read\napi /api/b")],
  ])("asks nobody for %s", async (_name, ask) => {
    const { permissions, prompts } = open();
    await expect(permissions.requestPermission(ask)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });
    expect(prompts).toHaveLength(0);
    expect(permissions.grants).toEqual([]);
  });

  it("is denied without a host that asks, and by anything but a clear yes", async () => {
    const quiet = new PermissionManager({ prompt: { asked: [optional("/api/a")] } });
    expect(await quiet.requestPermission(askFor("/api/a"))).toBe("denied");
    const { permissions, prompts } = open({ maxPrompts: 100 });
    for (const [index, answer] of ["denied", true, "Granted", undefined].entries()) {
      const asking = permissions.requestPermission(askFor(names[index] ?? ""));
      await settled();
      prompts[index]?.answer(answer);
      expect(await asking).toBe("denied");
    }
    const broken = open({ askPermission: () => Promise.reject(new Error("no dialog")) });
    expect(await broken.permissions.requestPermission(askFor("/api/a"))).toBe("denied");
    expect(permissions.grants).toEqual([]);
  });

  it("opens one prompt at a time, and one for all who ask the same", async () => {
    const { permissions, prompts } = open();
    const first = permissions.requestPermission(askFor("/api/a"));
    const same = permissions.requestPermission(askFor("/api/a"));
    const second = permissions.requestPermission(askFor("/api/b"));
    await settled();
    expect(prompts).toHaveLength(1);
    prompts[0]?.answer("denied");
    expect(await Promise.all([first, same])).toEqual(["denied", "denied"]);
    await settled();
    expect(prompts).toHaveLength(2);
    prompts[1]?.answer("granted");
    expect(await second).toBe("granted");
  });

  it("is not shown again to who has answered, however often the view asks", async () => {
    const { permissions, prompts } = open();
    const asking = permissions.requestPermission(askFor("/api/a"));
    await settled();
    prompts[0]?.answer("denied");
    await asking;
    for (let time = 0; time < 500; time++)
      expect(await permissions.requestPermission(askFor("/api/a"))).toBe("denied");
    expect(prompts).toHaveLength(1);
  });

  it("keeps the number of prompts in a minute: the last one, one too many, and the next", async () => {
    const { clock, permissions, prompts } = open({ maxPrompts: 3 });
    for (const [index, name] of names.slice(0, 3).entries()) {
      const asking = permissions.requestPermission(askFor(name));
      await settled();
      prompts[index]?.answer("denied");
      await asking;
    }
    await expect(permissions.requestPermission(askFor("/api/d"))).rejects.toMatchObject({
      code: "RATE_LIMITED",
      details: { retryAfterMs: 60_000 },
    });
    clock.advance(59_999);
    await expect(permissions.requestPermission(askFor("/api/d"))).rejects.toMatchObject({
      code: "RATE_LIMITED",
    });
    clock.advance(1);
    const asking = permissions.requestPermission(askFor("/api/d"));
    await settled();
    expect(prompts).toHaveLength(4);
    prompts[3]?.answer("granted");
    expect(await asking).toBe("granted");
  });

  it("is not repeated for what a person or an admin has taken back", async () => {
    const { permissions, prompts } = open();
    const asking = permissions.requestPermission(askFor("/api/a"));
    await settled();
    prompts[0]?.answer("granted");
    await asking;
    const [granted] = permissions.grants;
    permissions.revoke(granted?.id ?? "");
    expect(await permissions.requestPermission(askFor("/api/a"))).toBe("denied");
    expect(prompts).toHaveLength(1);
    expect(mayRead(permissions, "/api/a")).toBe(false);
  });

  it("ends with its view: the prompt is told, and a late yes grants nothing", async () => {
    const { permissions, prompts } = open();
    const view = new AbortController();
    const asking = permissions.requestPermission(askFor("/api/a"), view.signal);
    const queued = permissions.requestPermission(askFor("/api/b"), view.signal);
    await settled();
    view.abort(new Error("the view ended"));
    expect(prompts[0]?.request.signal.aborted).toBe(true);
    prompts[0]?.answer("granted");
    await expect(asking).rejects.toThrow("the view ended");
    await expect(queued).rejects.toThrow("the view ended");
    expect(prompts).toHaveLength(1);
    expect(permissions.grants).toEqual([]);
    // The next view of the same app may ask; nobody has answered yet.
    const again = permissions.requestPermission(askFor("/api/a"));
    await settled();
    prompts[1]?.answer("granted");
    expect(await again).toBe("granted");
  });

  it("keeps answers for the session, each for its own app", async () => {
    const session = createPermissionMemory();
    const mine = () => open({ memory: scopeMemory(session, ["a", "acme", "orders", "1.0.0"]) });
    const first = mine();
    for (const [index, answer] of ["granted", "denied"].entries()) {
      const asking = first.permissions.requestPermission(askFor(names[index] ?? ""));
      await settled();
      first.prompts[index]?.answer(answer);
      await asking;
    }
    const later = mine();
    expect(await later.permissions.requestPermission(askFor("/api/a"))).toBe("granted");
    expect(await later.permissions.requestPermission(askFor("/api/b"))).toBe("denied");
    expect(mayRead(later.permissions, "/api/a")).toBe(true);
    expect(later.prompts).toHaveLength(0);
    // Names that run together are still two.
    const other = open({ memory: scopeMemory(session, ["a", "acme", "orders1", ".0.0"]) });
    const asking = other.permissions.requestPermission(askFor("/api/a"));
    await settled();
    expect(other.prompts).toHaveLength(1);
    other.prompts[0]?.answer("denied");
    await asking;
  });
});
