import { type AccessRequest, type InstallationState, installationStates } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import type { LiveInstallation } from "../../src/installation/live.ts";
import { type DecisionSources, decide as decideBy, mayAct } from "../../src/policy/decide.ts";
import type { PolicyQuestion } from "../../src/policy/ports.ts";

const grants = [
  { id: "g1", type: "api", resource: "/api/notes/*", actions: ["read"] },
  { id: "g2", type: "network", resource: "api.example.com", actions: ["connect"] },
] as const;
const live = (state: InstallationState) => ({
  state,
  grants: grants.map((grant) => ({ ...grant, actions: [...grant.actions] })),
});
const sources: DecisionSources = {
  lease: { isHeld: () => true, regained: () => undefined },
  forbids: { find: () => undefined },
  factsOf: () => ({}),
};
const questionOf = (installation: ReturnType<typeof live>): PolicyQuestion => ({
  // The rest of an installation plays no part in a decision.
  live: installation as unknown as LiveInstallation,
  ...{ purpose: "request", requestId: null, subject: null },
});
const decide = (installation: ReturnType<typeof live>, access: AccessRequest, by = sources) =>
  decideBy(questionOf(installation), access, by);
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

  it("denies everything on a node without a lease, and what a policy forbids though a grant covers it", () => {
    const lost = { ...sources, lease: { isHeld: () => false, regained: () => undefined } };
    expect(decide(live("running"), read, lost)).toEqual({ isAllowed: false, by: "lease" });
    const forbidding = { policy: "no-notes", scope: "operator", reason: null } as const;
    const forbidden = { ...sources, forbids: { find: () => forbidding } };
    expect(decide(live("running"), read, forbidden)).toEqual({
      ...{ isAllowed: false, by: "policy" },
      forbidding,
    });
    const uncovered = { ...read, resource: "/api/other" };
    expect(decide(live("running"), uncovered, forbidden)).toMatchObject({ by: "grants" });
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
