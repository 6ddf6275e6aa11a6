import { describe, expect, it } from "vitest";
import { fetchBytes } from "../../src/federated/fetch-bytes.ts";
import { createManualClock } from "../manual-clock.ts";

const retry = { attempts: 4, firstPauseMs: 100, maxPauseMs: 300, timeoutMs: 1_000 };
const url = "https://apps.example/app.js";

/** Answers in turn, and tells when each try came. */
function open(answers: readonly (() => Response | Promise<Response>)[], random = 0.999_999) {
  const clock = createManualClock();
  const begin = clock.now();
  const triedAt: number[] = [];
  const ending = new AbortController();
  const tries: PromiseWithResolvers<void>[] = answers.map(() => Promise.withResolvers<void>());
  const fetch: typeof globalThis.fetch = async (_, init) => {
    const index = triedAt.push(clock.now() - begin) - 1;
    tries[index]?.resolve();
    init?.signal?.throwIfAborted();
    const answer = answers[index];
    if (answer === undefined) throw new Error("one try too many");
    return await answer();
  };
  const result = fetchBytes(url, 10, {
    fetch,
    clock,
    random: () => random,
    retry,
    signal: ending.signal,
  });
  // Asserted on below; until then no failure is nobody's.
  result.catch(() => {});
  return {
    result,
    triedAt,
    ending,
    clock,
    /** Moves time on by small steps until the try of that number has begun. */
    async reach(index: number): Promise<void> {
      while (triedAt.length <= index) {
        await new Promise((resolve) => setImmediate(resolve));
        if (triedAt.length <= index) clock.advance(10);
      }
    },
  };
}

const ok = () => new Response("good");
const busy = () => new Response(null, { status: 503 });
const broken = () => Promise.reject(new TypeError("the connection broke"));
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("fetching a federated app's file", () => {
  it("is tried again with pauses that double up to their bound", async () => {
    const { result, triedAt, reach } = open([broken, busy, broken, ok]);
    await reach(3);
    expect(text(await result)).toBe("good");
    expect(triedAt).toEqual([0, 100, 300, 600]);
  });

  it("pauses for half of the bound at least", async () => {
    const { result, triedAt, reach } = open([busy, ok], 0);
    await reach(1);
    await result;
    expect(triedAt).toEqual([0, 50]);
  });

  it("gives up after the last try, naming the file", async () => {
    const { result, reach } = open([busy, busy, busy, busy]);
    await reach(3);
    await expect(result).rejects.toMatchObject({
      code: "SERVER_UNREACHABLE",
      message: `${url} answered 503.`,
    });
  });

  it("does not try again what will not become better", async () => {
    const missing = open([() => new Response(null, { status: 404 })]);
    await expect(missing.result).rejects.toMatchObject({ code: "VIEW_LOAD_FAILED" });
    const long = open([() => new Response("longer than it may be")]);
    await expect(long.result).rejects.toMatchObject({ code: "PACKAGE_DIGEST_MISMATCH" });
    expect([missing.triedAt, long.triedAt]).toEqual([[0], [0]]);
  });

  it("takes a file of exactly the length that it may have", async () => {
    expect(text(await open([() => new Response("ten bytes!")]).result)).toBe("ten bytes!");
  });

  it("ends at once when the app is stopped while it waits", async () => {
    const { result, ending, triedAt } = open([busy, ok]);
    await new Promise((resolve) => setImmediate(resolve));
    ending.abort(new Error("stopped"));
    await expect(result).rejects.toThrow("stopped");
    expect(triedAt).toEqual([0]);
  });
});
