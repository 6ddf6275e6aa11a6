import { describe, expect, it } from "vitest";
import {
  createFederation,
  type RemoteContainer,
  type SharedOffers,
} from "../../src/federated/shared-dependencies.ts";

const react = { name: "the page's React" };
const offers: SharedOffers = { react: { version: "19.3.1", get: () => react } };
let names = 0;
const open = (given = offers) => createFederation(`app-${names++}`, given);
const mismatch = { code: "SHARED_VERSION_MISMATCH" };

describe("a shared dependency", () => {
  it.each(["^19.0.0", "19.3.1", ">=18", "^18.0.0 || ^19.0.0", "19.x"])(
    "is the page's where its version lies in the range: %s",
    async (requiredVersion) => {
      expect(await open().share("react", { requiredVersion, singleton: true })).toBe(react);
      expect(await open().share("react", { requiredVersion, singleton: false })).toBe(react);
    },
  );

  it.each(["^18.0.0", "19.3.2", "<19", "~19.2.0", "^20.0.0"])(
    "is refused where it does not, with both versions: %s",
    async (requiredVersion) => {
      for (const singleton of [true, false]) {
        await expect(open().share("react", { requiredVersion, singleton })).rejects.toMatchObject({
          ...mismatch,
          message: expect.stringContaining(`react ${requiredVersion}, and this page shares 19.3.1`),
          details: { dependency: "react", requiredVersion, shared: "19.3.1" },
        });
      }
    },
  );

  it("is the app's own where the page's does not fit, unless it must be the page's", async () => {
    const wanted = { requiredVersion: "^18.0.0", own: "own/react.js" };
    expect(await open().share("react", { ...wanted, singleton: false })).toBeUndefined();
    await expect(open().share("react", { ...wanted, singleton: true })).rejects.toMatchObject(
      mismatch,
    );
  });

  it.each(["vue", "constructor", "__proto__"])(
    "is refused where the page has none: %s",
    async (name) => {
      await expect(
        open().share(name, { requiredVersion: "*", singleton: false }),
      ).rejects.toMatchObject({
        ...mismatch,
        message: expect.stringContaining("does not share it"),
      });
    },
  );

  it("is made once, when the first app wants it", async () => {
    let times = 0;
    const get = () => {
      times += 1;
      return react;
    };
    const federation = open({ react: { version: "19.3.1", get } });
    expect(times).toBe(0);
    const wanted = { requiredVersion: "^19.0.0", singleton: true };
    await Promise.all([federation.share("react", wanted), federation.share("react", wanted)]);
    expect(times).toBe(1);
  });
});

describe("a container", () => {
  it("is initialized with the page's share scope, as Module Federation's own plugins expect", async () => {
    const scopes: Record<string, Record<string, { get(): Promise<() => unknown> }>>[] = [];
    const container: RemoteContainer = {
      init: (scope) => scopes.push(scope as (typeof scopes)[number]),
      get: (expose) => async () => ({ exposed: expose }),
    };
    expect(await open().expose(async () => container, "./App")).toEqual({ exposed: "./App" });
    const shared = await scopes[0]?.react?.["19.3.1"]?.get();
    expect(shared?.()).toBe(react);
  });

  it("that fails, fails with its own error, and leaves nothing behind in the page", async () => {
    const failing = open();
    await expect(
      failing.expose(async () => {
        throw new RangeError("broken");
      }, "./App"),
    ).rejects.toThrow(RangeError);
    const kept = Reflect.get(globalThis, "__GLOBAL_LOADING_REMOTE_ENTRY__") ?? {};
    expect(Object.keys(kept).filter((key) => key.startsWith("app-"))).toEqual([]);
  });
});
