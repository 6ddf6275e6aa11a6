/** Every method of every capability, from a function and from a view, with and without its grant. */
import { isBerthError } from "@berth/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CapabilityParts, createCapabilities } from "../../src/gateway/capabilities.ts";
import type { LiveChanges } from "../gateway/live.ts";
import { type GatewayRig, openGatewayRig } from "../gateway/rig.ts";
import { type CapabilityRow, capabilityTable } from "./table.ts";

type Grants = NonNullable<LiveChanges["grants"]>;
const sides = ["function", "view"] as const;
type Side = (typeof sides)[number];

// Only their names are looked at: no part of them is called.
const methods = createCapabilities({} as CapabilityParts).flatMap(({ name, methods: own }) =>
  Object.keys(own).map((method) => `${name}.${method}`),
);

const grant = (type: string, resource: string, action: string) =>
  // The table's words are the grammar's.
  ({ type, resource, actions: [action] }) as unknown as Grants[number];
/** As much as can be granted. */
const everything = [
  ...["read", "write", "delete"].map((action) => grant("data", "*", action)),
  ...["read", "write"].map((action) => grant("api", "*", action)),
];

describe("capabilities", () => {
  let rig: GatewayRig;
  beforeAll(async () => {
    rig = await openGatewayRig();
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  async function isAllowed(
    name: string,
    side: Side,
    options: { readonly args: unknown; readonly grants: Grants },
  ): Promise<boolean> {
    const live = rig.install({
      grants: options.grants,
      manifest: { server: { entry: "server.js", secrets: [{ name: "TOKEN", description: "t" }] } },
    });
    rig.directory.setSecret(live.id, "TOKEN", "value");
    const [capability = "", method = ""] = name.split(".");
    const call = { capability, method, args: options.args as never };
    const view = { live, member: "m", requestId: "r", subject: null };
    const done =
      side === "view"
        ? rig.gateway.callFromView(view, call)
        : rig.gateway.call({ cellId: "c", isolateKey: `${live.id}@d@c`, handle: null, ...call });
    try {
      await done;
      return true;
    } catch (error) {
      if (isBerthError(error, "PERMISSION_DENIED")) return false;
      throw error;
    }
  }

  const rowOf = (name: string): CapabilityRow => {
    const row = capabilityTable[name];
    if (row !== undefined) return row;
    throw new Error(
      `packages/server/test/access/table.ts has no line for the capability ${name}; add\n  "${name}": { args: {…}, function: "free", view: "never" },\nwith the arguments of a call that works, and the grant of each side that needs one.`,
    );
  };

  it.each(methods.flatMap((name) => sides.map((side) => [name, side] as const)))(
    "%s by a %s",
    async (name, side) => {
      const { args, [side]: needs } = rowOf(name);
      const may = (grants: Grants) => isAllowed(name, side, { args, grants });
      const [type = "", resource = "", action = ""] = needs.split(" ");
      if (needs === "free" || needs === "never") {
        expect(await may([])).toBe(needs === "free");
        expect(await may(everything)).toBe(needs === "free");
        return;
      }
      expect(await may([]), "without a grant").toBe(false);
      expect(await may([grant(type, resource, action)]), `with ${needs}`).toBe(true);
      expect(await may([grant(type, `${resource}-other`, action)]), "of another").toBe(false);
      const wrong = action === "read" ? "write" : "read";
      expect(await may([grant(type, resource, wrong)]), `to ${wrong}`).toBe(false);
    },
  );

  it("the table has no line without a method", () => {
    expect(Object.keys(capabilityTable).filter((name) => !methods.includes(name))).toEqual([]);
  });
});
