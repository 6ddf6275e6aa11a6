/** The public names of every package are those of the committed snapshot. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { exportedNames, readPublicSurface } from "../../scripts/house/public-surface.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

it("is what the snapshot says: run scripts/write-public-surface.ts when a change is meant", async () => {
  const snapshot: unknown = JSON.parse(
    await readFile(new URL("public-surface.json", import.meta.url), "utf8"),
  );
  expect(await readPublicSurface(root)).toEqual(snapshot);
});

it("sees every package that exports code", async () => {
  const entries = Object.keys(await readPublicSurface(root));
  expect(entries).toEqual(
    expect.arrayContaining(["@berth/protocol", "@berth/sdk/server", "@berth/sdk/view"]),
  );
});

it("names nothing that its module does not have", async () => {
  const protocol: Record<string, unknown> = await import("@berth/protocol");
  const surface = await readPublicSurface(root);
  const values = surface["@berth/protocol"]?.filter((name) => !name.startsWith("type ")) ?? [];
  expect(Object.keys(protocol).sort()).toEqual([...values].sort());
});

it("reads values, types, aliases and comments", () => {
  const text = `export { b, type A as Z } from "./a.ts";\n/* export { no } */\nexport type { C } from "./c.ts";`;
  expect(exportedNames(text)).toEqual(["type C", "type Z", "b"]);
  const declared = "export const b = 1;\nexport async function a() {}\nexport interface C {}";
  expect(exportedNames(declared)).toEqual(["type C", "a", "b"]);
  expect(() => exportedNames("export { default as } from './a.ts'")).toThrow(/not understood/);
});
