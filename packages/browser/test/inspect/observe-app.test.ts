import { describe, expect, it, vi } from "vitest";
import { type AppListener, type CallEnd, observeApp } from "../../src/inspect/index.ts";
import type { AppTap } from "../../src/runtime/app-tap.ts";

interface Heard {
  readonly listener: AppListener;
  readonly texts: string[];
  readonly ends: CallEnd[];
}

function listen(): Heard {
  const texts: string[] = [];
  const ends: CallEnd[] = [];
  return {
    texts,
    ends,
    listener: {
      message: (direction, text) => texts.push(`${direction} ${text}`),
      mutations: (_records, count) => texts.push(`mutations ${count}`),
      beat: ({ lateMs }) => texts.push(`late ${lateMs}`),
      call: (name) => {
        texts.push(`call ${name}`);
        return (end) => ends.push(end);
      },
    },
  };
}

const createTap = (): AppTap => ({ observer: undefined });

describe("a tap", () => {
  it("has nobody to tell until somebody looks on, and again after the last has left", () => {
    const tap = createTap();
    expect(tap.observer).toBeUndefined();
    const [one, other] = [listen(), listen()];
    const [leave, leaveToo] = [
      observeApp({ tap }, one.listener),
      observeApp({ tap }, other.listener),
    ];
    tap.observer?.message("fromApp", "a");
    leave();
    leave();
    tap.observer?.message("toApp", "b");
    expect([one.texts, other.texts]).toEqual([["fromApp a"], ["fromApp a", "toApp b"]]);
    leaveToo();
    expect(tap.observer).toBeUndefined();
  });

  it("tells how a call ended, and who answered it", async () => {
    const tap = createTap();
    const { listener, texts, ends } = listen();
    observeApp({ tap }, listener);
    const answer = { status: 404 };
    expect(await tap.observer?.call("GET /a", async () => answer)).toBe(answer);
    await tap.observer?.call("GET /b", async (onServed) => {
      onServed?.("shared");
      return { status: 200 };
    });
    const error = new Error("no");
    await expect(tap.observer?.call("storage.get", () => Promise.reject(error))).rejects.toBe(
      error,
    );
    expect(texts).toEqual(["call GET /a", "call GET /b", "call storage.get"]);
    expect(ends).toEqual([
      { servedBy: "network", status: 404 },
      { servedBy: "shared", status: 200 },
      { servedBy: "network", error },
    ]);
  });

  it("tells whoever had it before, and gives it back", async () => {
    const tap = createTap();
    const before: string[] = [];
    const own = {
      message: (_direction: string, text: string) => void before.push(text),
      mutations: () => {},
      beat: () => {},
      call: <Result>(name: string, work: () => Promise<Result>) => {
        before.push(name);
        return work();
      },
    };
    tap.observer = own;
    const { listener, texts, ends } = listen();
    const leave = observeApp({ tap }, listener);
    tap.observer.message("toApp", "a");
    expect(await tap.observer.call("storage.get", async () => 7)).toBe(7);
    expect([before, texts]).toEqual([
      ["a", "storage.get"],
      ["toApp a", "call storage.get"],
    ]);
    expect(ends).toEqual([{ servedBy: "network" }]);
    leave();
    expect(tap.observer).toBe(own);
  });

  it("lets an observer that throws disturb nobody", async () => {
    const reported: unknown[] = [];
    vi.stubGlobal("reportError", (error: unknown) => reported.push(error));
    const tap = createTap();
    const broken = () => {
      throw new Error("broken");
    };
    observeApp({ tap }, { message: broken, mutations: broken, beat: broken, call: broken });
    const { listener, texts } = listen();
    observeApp({ tap }, listener);
    tap.observer?.message("fromApp", "a");
    expect(await tap.observer?.call("GET /a", async () => 7)).toBe(7);
    expect(texts).toEqual(["fromApp a", "call GET /a"]);
    expect(reported).toHaveLength(2);
    vi.unstubAllGlobals();
  });
});
