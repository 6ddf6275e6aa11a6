/** A route that does not declare its permission does not compile: the type checker runs over this file, too. */
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { route } from "../../src/api/route.ts";

const shape = {
  method: "get",
  path: "/x",
  tag: "X",
  summary: "X.",
  response: z.object({}),
} as const;

describe("a declaration", () => {
  it("of a route names its access and its permission", () => {
    // @ts-expect-error no access
    route({ ...shape });
    // @ts-expect-error no permission
    route({ ...shape, access: "organization" });
    // @ts-expect-error no permission
    route({ ...shape, access: "publisher" });
    // @ts-expect-error no permission
    route({ ...shape, access: "operator" });
    // @ts-expect-error a permission of another kind of place
    route({ ...shape, access: "operator", permission: "apps.read" });
    // @ts-expect-error no such permission
    route({ ...shape, access: "organization", permission: "everything" });
    expect(route({ ...shape, access: "organization", permission: "apps.read" }).access).toBe(
      "organization",
    );
  });
});
