import { parseManifest } from "@berth/protocol";
import { expect, it } from "vitest";
import { createSandboxLevels } from "../../src/policy/sandbox-levels.ts";

const appOf = (sandboxLevel: string) => ({
  app: "acme/board",
  manifest: parseManifest({
    ...{ id: "board", name: "Board", version: "1.0.0", description: "A board." },
    entryPoint: "board.html",
    security: { sandboxLevel },
  }),
});

it("admits what the operator allows, and says what that is when it refuses", () => {
  const both = createSandboxLevels();
  for (const level of ["strict", "moderate"]) expect(() => both.admit(appOf(level))).not.toThrow();
  expect(() => both.admit(appOf("permissive"))).toThrow(
    expect.objectContaining({
      code: "PLATFORM_INCOMPATIBLE",
      message: expect.stringContaining("this host allows strict, moderate"),
    }),
  );
  const one = createSandboxLevels(["strict"]);
  expect(() => one.admit(appOf("strict"))).not.toThrow();
  expect(() => one.admit(appOf("moderate"))).toThrow(
    expect.objectContaining({ details: { sandboxLevel: "moderate", allowed: ["strict"] } }),
  );
});

it("lets nobody allow a level that nothing here enforces", () => {
  expect(() => createSandboxLevels(["strict", "permissive"])).toThrow(
    expect.objectContaining({ code: "OPTION_INVALID" }),
  );
});
