/** The grants of a view follow the server's, by the renewal of its token. */
import { BerthError } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { fromViewSession, PermissionManager } from "../../src/index.ts";
import { createManualClock } from "../manual-clock.ts";

type Session = Parameters<typeof fromViewSession>[0];
type SessionGrant = Session["grants"][number];

const grantOf = (id: string, more: Partial<SessionGrant> = {}): SessionGrant => ({
  ...{ id, type: "api", resource: `/${id}`, actions: ["read"] },
  ...more,
});

function openWatched(first: readonly SessionGrant[]) {
  const clock = createManualClock();
  let renewals = 0;
  let answer: () => readonly SessionGrant[] = () => first;
  const sessionOf = (grants: readonly SessionGrant[]): Session => ({
    ...{ token: `t${renewals}`, expiresAt: new Date(clock.now() + 300_000).toISOString() },
    ...{ installation: "i1", instance: "v1", frameUrl: "http://f.example/frame" },
    functionOrigin: "http://f.example",
    bundle: { url: "http://f.example/bundle", digest: "0".repeat(64), bytes: 1 },
    manifest: {
      ...{ id: "notes", name: "Notes", version: "1.0.0", description: "Notes." },
      entryPoint: "view.js",
    },
    grants: [...grants],
    resources: { memory: 1, cpu: 1, storage: 1, network: 1, apiCalls: 1 },
    viewState: null,
  });
  const source = fromViewSession(sessionOf(first), {
    clock,
    async renew() {
      renewals += 1;
      return sessionOf(answer());
    },
  });
  const permissions = new PermissionManager({ clock, grants: source.grants });
  const stop = source.watchGrants?.(permissions);
  const ids = () => permissions.grants.map(({ id }) => id);
  return {
    ...{ clock, permissions, ids, stop },
    renewals: () => renewals,
    after: (ms: number) => () => {
      clock.advance(ms);
      return ids();
    },
    answers(next: () => readonly SessionGrant[]) {
      answer = next;
    },
  };
}

describe("a view of a Berth server", () => {
  it("loses and gains grants with its token's renewal, though it calls nothing", async () => {
    const watched = openWatched([grantOf("a"), grantOf("b")]);
    const { signal } = watched.permissions.capability("a");
    watched.answers(() => [
      grantOf("b", { expiresAt: watched.clock.now() + 900_000 }),
      grantOf("c"),
    ]);
    watched.clock.advance(269_999);
    expect(watched.renewals()).toBe(0);
    watched.clock.advance(1);
    await expect.poll(watched.ids).toEqual(["b", "c"]);
    expect(signal.aborted).toBe(true);
    // And again, for the next token.
    watched.answers(() => [grantOf("c")]);
    await expect.poll(watched.after(270_000)).toEqual(["c"]);
    watched.stop?.();
    const before = watched.renewals();
    watched.clock.advance(900_000);
    expect(watched.renewals()).toBe(before);
  });

  it("has none when the server refuses it, keeps them while the server is away, and gets them again", async () => {
    const watched = openWatched([grantOf("a")]);
    watched.answers(() => {
      throw new BerthError("SERVER_UNREACHABLE", "The server is away.");
    });
    watched.clock.advance(270_000);
    await expect.poll(watched.renewals).toBe(1);
    expect(watched.ids()).toEqual(["a"]);
    watched.answers(() => {
      throw new BerthError("INSTALLATION_STATE", "It is suspended.");
    });
    await expect.poll(watched.after(30_000)).toEqual([]);
    watched.answers(() => [grantOf("a")]);
    await expect.poll(watched.after(30_000)).toEqual(["a"]);
    watched.stop?.();
  });
});
