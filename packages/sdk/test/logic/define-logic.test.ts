import { expect, it } from "vitest";
import { defineLogic } from "../../src/logic/index.ts";

// In the engine it is used by test/hostile/browser/metered.test.ts.
it("says where it runs, when it is somewhere else", () => {
  expect(() => defineLogic({})).toThrow(/runtime\.engine must be "quickjs"/);
});
