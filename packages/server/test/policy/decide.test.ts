import { type InstallationState, installationStates } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { decide, mayAct } from "../../src/policy/decide.ts";

const grants = [
  { id: "g1", type: "api", resource: "/api/notes/*", actions: ["read"] },
  { id: "g2", type: "network", resource: "api.example.com", actions: ["connect"] },
] as const;
const live = (state: InstallationState) => ({
  state,
  grants: grants.map((grant) => ({ ...grant, actions: [...grant.actions] })),
});
const read = { type: "api", resource: "/api/notes/7", action: "read" } as const;

describe("a decision", () => {
  it("names the grant that allowed it", () => {
    expect(decide(live("running"), read)).toEqual({ isAllowed: true, by: "g1" });
    const network = { type: "network", resource: "api.example.com", action: "connect" } as const;
    expect(decide(live("updating"), network)).toEqual({ isAllowed: true, by: "g2" });
  });

  it("denies what no grant covers, by the grants", () => {
    expect(decide(live("running"), { ...read, action: "write" })).toEqual({
      isAllowed: false,
      by: "grants",
    });
    expect(decide(live("running"), { ...read, resource: "/api/other" })).toEqual({
      isAllowed: false,
      by: "grants",
    });
  });

  it("denies every request in a state that does not serve, before any grant is looked at", () => {
    const serving = installationStates.filter((state) => decide(live(state), read).isAllowed);
    expect(serving).toEqual(["running", "updating"]);
    expect(decide(live("suspended"), read)).toEqual({ isAllowed: false, by: "state" });
  });

  it("lets hooks act while Berth prepares or removes an app, but not when it is suspended or failed", () => {
    const states = installationStates.filter((state) => mayAct({ state }, "hook"));
    expect(states).toEqual([
      "installing",
      "installed",
      "loading",
      "running",
      "updating",
      "uninstalling",
    ]);
  });
});
