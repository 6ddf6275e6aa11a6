import { isBerthError } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { createLazy } from "../src/lazy.ts";

describe("a part that is fetched when it is wanted", () => {
  it("is made once, and answers in the order in which it was asked", async () => {
    const fetching = Promise.withResolvers<string>();
    let made = 0;
    const lazy = createLazy(() => {
      made += 1;
      return fetching.promise;
    });
    expect(made).toBe(0);
    lazy.begin();
    const heard: string[] = [];
    const asks = ["a", "b", "c"].map(async (name) => heard.push(name + (await lazy.get())));
    lazy.ifBegun((part) => heard.push(`begun${part}`));
    expect(lazy.current).toBeUndefined();
    fetching.resolve("!");
    await Promise.all(asks);
    expect(heard).toEqual(["a!", "b!", "c!", "begun!"]);
    expect([lazy.current, made]).toEqual(["!", 1]);
  });

  it("says when its code cannot be fetched, and is fetched again for the next", async () => {
    const outcomes = [Promise.reject(new TypeError("Failed to fetch")), Promise.resolve("there")];
    const lazy = createLazy(() => outcomes.shift() ?? Promise.reject(new Error("again")));
    lazy.begin();
    const error = await lazy.get().catch((caught: unknown) => caught);
    expect(isBerthError(error, "UNAVAILABLE")).toBe(true);
    lazy.ifBegun(() => expect.unreachable());
    expect(await lazy.get()).toBe("there");
  });
});
