import type { Permission } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { basicUiGrants } from "../../src/permissions/ui-grants.ts";
import { sourceOfManifest } from "../../src/runtime/source-of-manifest.ts";

const ui = (resource: string): Permission => ({ type: "ui", resource, actions: ["show"] });
const ids = (asked: readonly Permission[]) => basicUiGrants(asked).map(({ id }) => id);

describe("what a page grants a view by itself", () => {
  it("is its placement, its routes and its dialogs", () => {
    expect(ids([{ type: "api", resource: "*", actions: ["read"] }])).toEqual([
      "basic:placement/page",
      "basic:placement/panel",
      "basic:placement/widget",
      "basic:navigate",
      "basic:modal",
    ]);
  });

  it("is nothing that the manifest asks for: then the answer to that decides", () => {
    expect(ids([ui("modal"), ui("placement/*")])).toEqual(["basic:navigate"]);
    expect(ids([ui("*")])).toEqual([]);
  });
});

describe("the grants of a manifest's own page", () => {
  const optional = { type: "api" as const, resource: "/b", actions: ["read" as const] };
  const manifest = {
    ...{ id: "a", name: "A", version: "1.0.0", description: "d", entryPoint: "a.js" },
    permissions: [
      { ...optional, resource: "/a" },
      { ...optional, optional: true },
    ],
  };
  const resources = (options: Parameters<typeof sourceOfManifest>[1]) =>
    sourceOfManifest(manifest, options).grants.map(({ resource }) => resource);

  it("hold optional permissions, unless the view is to ask for them", () => {
    expect(resources({})).toEqual(["/a", "/b"]);
    expect(resources({ optionalPermissions: "asked" })).toEqual(["/a"]);
  });
});
