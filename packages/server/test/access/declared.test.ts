/** What does not declare its permission does not compile: the type checker runs over this file, too. */
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { defineMethod, intrinsic } from "../../src/gateway/capability.ts";

describe("a declaration", () => {
  it("of a capability's method names what must be granted", () => {
    const method = { input: z.strictObject({}), run: async () => null };
    // @ts-expect-error no permissions
    defineMethod(method);
    // @ts-expect-error a list is no answer to what was asked
    defineMethod({ ...method, permissions: [] });
    // @ts-expect-error no access request
    defineMethod({ ...method, permissions: () => [{ type: "data" }] });
    expect(defineMethod({ ...method, permissions: intrinsic }).permissions).toBe(intrinsic);
  });
});
