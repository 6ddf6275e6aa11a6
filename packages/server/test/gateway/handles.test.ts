import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createHandles, type Invocation } from "../../src/gateway/handles.ts";
import { openKeyRing } from "../../src/storage/keys.ts";
import { createTestFolder, silentLogger } from "../support/databases.ts";
import { createLive } from "./live.ts";
import { createTestClock } from "./rig.ts";

const random = (bytes: number) => randomBytes(bytes);
const keys = await openKeyRing({ random, folder: await createTestFolder(), logger: silentLogger });

function open() {
  const clock = createTestClock();
  const handles = createHandles({ ground: { clock, random }, maxAgeMs: 60_000, graceMs: 1_000 });
  const live = createLive(keys);
  const invocation: Invocation = {
    live,
    isolateKey: `${live.id}@digest@config`,
    member: "m1",
    requestId: "req-1",
    purpose: "request",
    subject: null,
  };
  return { clock, handles, invocation };
}
const invalid = expect.objectContaining({ code: "HANDLE_INVALID" });

describe("an invocation handle", () => {
  it("tells on whose behalf, to the isolate that it was made for", () => {
    const { handles, invocation } = open();
    const handle = handles.mint(invocation);
    expect(handles.check(handle, invocation.isolateKey)).toBe(invocation);
    expect(() => handles.check(handle, "another")).toThrow(invalid);
    for (const guess of ["", "x", handle.toUpperCase(), handle.slice(1), `${handle}0`]) {
      expect(() => handles.check(guess, invocation.isolateKey), guess).toThrow(invalid);
    }
  });

  it("is never the same twice", () => {
    const { handles, invocation } = open();
    const made = new Set(Array.from({ length: 2_000 }, () => handles.mint(invocation)));
    expect(made.size).toBe(2_000);
  });

  it("ends with its grace after the answer, and by its deadline in any case", () => {
    const { clock, handles, invocation } = open();
    const answered = handles.mint(invocation);
    const running = handles.mint(invocation);
    handles.release(answered);
    handles.release(answered);
    clock.advance(900);
    expect(handles.check(answered, invocation.isolateKey)).toBe(invocation);
    clock.advance(200);
    expect(() => handles.check(answered, invocation.isolateKey)).toThrow(invalid);
    expect(handles.check(running, invocation.isolateKey)).toBe(invocation);
    clock.advance(60_000);
    expect(() => handles.check(running, invocation.isolateKey)).toThrow(invalid);
  });

  it("leaves nothing in memory", () => {
    const { clock, handles, invocation } = open();
    for (let round = 0; round < 5_000; round++) handles.release(handles.mint(invocation));
    clock.advance(1_001);
    handles.mint(invocation);
    expect(handles.size()).toBe(1);
  });

  it("shows a hook only while it runs", () => {
    const { handles, invocation } = open();
    const hook = { ...invocation, purpose: "hook" } as const;
    const handle = handles.mint(hook);
    expect(handles.findHook(hook.isolateKey)).toBe(hook);
    expect(handles.findHook("another")).toBeUndefined();
    handles.release(handle);
    expect(handles.findHook(hook.isolateKey)).toBeUndefined();
  });
});
