import { describe, expect, it } from "vitest";
import { Admission, type Place } from "../src/pool/admission.ts";

const limits = { maxConcurrentRequests: 2, maxQueuedRequests: 3 };
const open = (maxRunning = 100, maxWaitMs = 60_000) => new Admission({ maxRunning, maxWaitMs });

/** Who was let in, in order, each at once giving its place back when told. */
function enterAs(admission: Admission, key: string, name: string, seen: string[]) {
  const entered = admission.enter(key, limits);
  const place = Promise.resolve(entered).then((given) => {
    seen.push(name);
    return given;
  });
  return { isAtOnce: !(entered instanceof Promise), place };
}

describe("one isolate's requests", () => {
  it("run up to the limit, wait up to the next, and are refused above", async () => {
    const admission = open();
    const seen: string[] = [];
    const entries = ["a", "b", "c", "d", "e"].map((name) => enterAs(admission, "x", name, seen));
    expect(entries.map(({ isAtOnce }) => isAtOnce)).toEqual([true, true, false, false, false]);
    expect(admission.waiting("x")).toBe(3);
    expect(() => admission.enter("x", limits)).toThrow(
      expect.objectContaining({
        code: "RATE_LIMITED",
        details: {
          limit: "concurrent requests",
          enforcer: "gateway",
          allowed: 2,
          retryAfterSeconds: 1,
        },
      }),
    );
    for (const { place } of entries) (await place).release();
    expect(seen).toEqual(["a", "b", "c", "d", "e"]);
    expect(admission.enter("x", limits)).toHaveProperty("release");
  });

  it("give a place back once", async () => {
    const admission = open();
    const first = (await admission.enter("x", limits)) as Place;
    await admission.enter("x", limits);
    first.release();
    first.release();
    expect(admission.enter("x", limits)).not.toBeInstanceOf(Promise);
    expect(admission.enter("x", limits)).toBeInstanceOf(Promise);
  });

  it("leave the queue when their caller does, or when it takes too long", async () => {
    const admission = open(100, 20);
    for (let count = 0; count < 2; count += 1) await admission.enter("x", limits);
    const caller = new AbortController();
    const given = Promise.resolve(admission.enter("x", limits, caller.signal));
    const slow = Promise.resolve(admission.enter("x", limits));
    caller.abort();
    await expect(given).rejects.toMatchObject({ code: "REQUEST_TIMEOUT" });
    await expect(slow).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(admission.waiting("x")).toBe(0);
  });
});

describe("requests of several isolates", () => {
  it("take turns when the pool is full, however many of one wait", async () => {
    const admission = open(2);
    const seen: string[] = [];
    const holders = [await admission.enter("x", limits), await admission.enter("x", limits)];
    const entries = ["x1", "x2", "x3"].map((name) => enterAs(admission, "x", name, seen));
    entries.push(enterAs(admission, "y", "y1", seen), enterAs(admission, "z", "z1", seen));
    entries.push(enterAs(admission, "y", "y2", seen));
    for (const holder of holders) holder.release();
    for (const { place } of entries) void place.then((given) => given.release());
    await Promise.all(entries.map(({ place }) => place));
    expect(seen).toEqual(["x1", "y1", "z1", "x2", "y2", "x3"]);
  });

  it("do not wait for a lane that is full by itself", async () => {
    const admission = open(3);
    for (let count = 0; count < 2; count += 1) await admission.enter("x", limits);
    const seen: string[] = [];
    enterAs(admission, "x", "x1", seen);
    const other = (await admission.enter("y", limits)) as Place;
    const late = enterAs(admission, "y", "y1", seen);
    expect(late.isAtOnce).toBe(false);
    other.release();
    await late.place;
    expect(seen).toEqual(["y1"]);
  });

  it("are all refused when the pool closes", async () => {
    const admission = open(1);
    await admission.enter("x", limits);
    const waiting = Promise.resolve(admission.enter("y", limits));
    admission.close();
    await expect(waiting).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
