/** What a text would have changed of recent calls: "this would have denied 14 calls yesterday". */
import type { PolicyTrialView } from "@berth/protocol/api";
import type { Clock } from "../storage/ground.ts";
import type { CheckedText, PolicyChecker } from "./cedar/checker.ts";
import type { PolicyFacts } from "./cedar/facts.ts";
import type { PolicyOwner } from "./forbids.ts";
import type { KnownSubject, KnownSubjects } from "./known-subjects.ts";
import { ownerKey } from "./publications.ts";
import type { PolicyTraffic, TrafficEntry } from "./traffic.ts";

export interface TrialSources {
  readonly checker: PolicyChecker;
  readonly traffic: Pick<PolicyTraffic, "list">;
  readonly subjects: KnownSubjects;
  readonly clock: Clock;
  readonly slugOf: (organizationId: string) => Promise<string | undefined>;
}

const maxGroups = 50;
const maxPeople = 5_000;

type Group = PolicyTrialView["groups"][number];

/**
 * Roles and groups are those of today; network addresses are not recorded.
 *
 * @param current - the owner's text in force; what other owners forbid stays forbidden either way
 */
export async function tryOnTraffic(
  owner: PolicyOwner,
  asked: { readonly text: string; readonly current: string; readonly hours: number },
  sources: TrialSources,
): Promise<PolicyTrialView> {
  const { checker, traffic, clock } = sources;
  const checked = await checker.check(ownerKey(owner), asked.text);
  const nothing = { hours: asked.hours, calls: 0, unkept: 0, wouldDeny: 0, wouldAllow: 0 };
  const problems = [...checked.problems];
  if (problems.some(({ severity }) => severity === "error")) {
    return { ...nothing, groups: [], unknown: [], problems };
  }
  const { entries, unkept } = await traffic.list(owner, clock.now() - asked.hours * 3_600_000);
  const facts = await factsOf(entries, sources);
  const texts = [asked.current, asked.text];
  const [before = [], after = []] =
    entries.length === 0 ? [] : await checker.judge(ownerKey(owner), texts, facts);
  const groups = new Map<string, Group & { readonly ids: Set<string> }>();
  for (const [index, entry] of entries.entries()) {
    const was = before[index] ?? null;
    const is = after[index] ?? null;
    if ((was === null) === (is === null)) continue;
    const effect = is === null ? "allow" : "deny";
    add(groups, entry, { effect, policy: is ?? was ?? "" });
  }
  const all = [...groups.values()].sort((one, other) => other.calls - one.calls);
  const sumOf = (effect: Group["effect"]) =>
    all.reduce((sum, group) => sum + (group.effect === effect ? group.calls : 0), 0);
  return {
    hours: asked.hours,
    calls: entries.reduce((sum, { passed, forbidden }) => sum + passed + forbidden, 0),
    unkept,
    wouldDeny: sumOf("deny"),
    wouldAllow: sumOf("allow"),
    groups: all.slice(0, maxGroups).map(({ ids, ...group }) => ({ ...group, people: ids.size })),
    unknown: unknownOf(checked),
    problems,
  };
}

function add(
  groups: Map<string, Group & { readonly ids: Set<string> }>,
  entry: TrafficEntry,
  { effect, policy }: Pick<Group, "effect" | "policy">,
): void {
  const { app, action, resource } = entry;
  // A call that was forbidden already is not denied anew, and one that passed needs no leave.
  const calls = effect === "deny" ? entry.passed : entry.forbidden;
  if (calls === 0) return;
  const key = [effect, policy, app, action, resource].join("\n");
  const known = groups.get(key);
  const ids = known?.ids ?? new Set<string>();
  if (entry.personId !== null) ids.add(entry.personId);
  const at = new Date(entry.at).toISOString();
  groups.set(key, {
    ...{ effect, policy, app, action, resource, ids, people: 0 },
    calls: (known?.calls ?? 0) + calls,
    lastAt: known !== undefined && known.lastAt > at ? known.lastAt : at,
  });
}

async function factsOf(
  entries: readonly TrafficEntry[],
  { subjects, slugOf }: TrialSources,
): Promise<readonly PolicyFacts[]> {
  const people = new Map<string, KnownSubject>();
  const slugs = new Map<string, string>();
  for (const organizationId of new Set(entries.map((entry) => entry.organizationId))) {
    slugs.set(organizationId, (await slugOf(organizationId)) ?? organizationId);
    for (const known of await subjects.list(organizationId, maxPeople)) {
      people.set(`${organizationId}\n${known.personId}`, known);
    }
  }
  return entries.map((entry): PolicyFacts => {
    // Written from an access, whose two words are in the table of permissions.
    const [type, action] = entry.action.split(":") as [
      PolicyFacts["access"]["type"],
      PolicyFacts["access"]["action"],
    ];
    const known = people.get(`${entry.organizationId}\n${entry.personId}`);
    return {
      access: { type, action, resource: entry.resource },
      principal:
        entry.personId === null
          ? { kind: "installation", id: entry.installationId, roles: [], groups: [] }
          : {
              kind: "person",
              id: entry.personId,
              roles: known?.roles ?? [],
              groups: known?.groups ?? [],
            },
      installation: entry.installationId,
      app: entry.app,
      organization: slugs.get(entry.organizationId) ?? "",
      now: entry.at,
      purpose: entry.purpose,
      address: null,
      secondFactorAgeSeconds: entry.secondFactorAgeSeconds,
      dataClass: entry.dataClass,
    };
  });
}

function unknownOf({ policies }: CheckedText): string[] {
  return policies.some(({ context }) => context.includes("address")) ? ["address"] : [];
}
