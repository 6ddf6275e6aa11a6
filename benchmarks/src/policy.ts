/**
 * One decision at 1,000 installations: grants alone, and with four of the operator's policies over
 * four of each organization's, none of which forbids, so that nothing is cut short. `decision`: each
 * policy is about some actions, as people write them, and every access is in scope of two to four.
 * `decision_all`: the same eight conditions with every access in scope of all. The peer is Cedar asked without preparation, as its README shows
 * it: the same eight policies and the same entities, in the same process.
 */
import type { AccessRequest } from "@berth/protocol";
import {
  createForbids,
  createSums,
  type DecisionSources,
  decide,
  openCedar,
  type PolicyForbids,
  type PolicyQuestion,
} from "@berth/server/policy";
import { type Bench, type BenchOptions, type Figures, rounded } from "./bench.ts";

const installations = 1_000;
const organizations = 100;
const policiesEach = 4;

export const policy: Bench = {
  name: "policy",
  summary: "one decision at 1,000 installations: grants alone, and with eight policies",
  run,
};

type Live = PolicyQuestion["live"];

const accesses: readonly AccessRequest[] = [
  { type: "api", resource: "/api/orders/7", action: "read" },
  { type: "api", resource: "/api/orders/7", action: "write" },
  { type: "network", resource: "api.example.com", action: "connect" },
  { type: "data", resource: "tasks", action: "write" },
];

/** What the policies are about, of those that people write: hours, addresses, factors, names, roles. */
const conditions = [
  (n: number) => `context.now.toTime() < duration("${n % 2}ms")`,
  (n: number) => `context has address && context.address.isInRange(ip("203.0.${n % 250}.0/24"))`,
  (n: number) =>
    `!(context has secondFactorAgeSeconds) || context.secondFactorAgeSeconds > ${90_000 + n}`,
  (n: number) => `resource.name like "*/salaries-${n}/*" && !(principal in Role::"payroll")`,
] as const;

const scopes = [
  `action == Action::"network:connect"`,
  `action in [Action::"data:write", Action::"network:connect"]`,
  `action in [Action::"data", Action::"api:write"]`,
  `action in Action::"api"`,
] as const;

function textOf(name: string, first: number, scopeOf: (index: number) => string): string {
  return Array.from({ length: policiesEach }, (_, index) => {
    const condition = conditions[index % conditions.length]?.(first + index) ?? "false";
    return `@id("${name}-${index}")\nforbid (principal, ${scopeOf(index)}, resource) when { ${condition} };`;
  }).join("\n");
}

const someActions = (index: number) => scopes[index % scopes.length] ?? "action";
const allActions = () => "action";

function createLive(index: number): Live {
  const organization = index % organizations;
  const grants = [
    ...Array.from({ length: 6 }, (_, n) => ({
      ...{ id: `g${index}-${n}`, type: "api", resource: `/api/part-${n}/*`, actions: ["read"] },
    })),
    { id: `g${index}-6`, type: "api", resource: "/api/orders/*", actions: ["read", "write"] },
    { id: `g${index}-7`, type: "network", resource: "*.example.com", actions: ["connect"] },
    { id: `g${index}-8`, type: "data", resource: "*", actions: ["read", "write"] },
  ];
  const live = {
    id: `i${String(index).padStart(26, "0")}`,
    organizationId: `org-${organization}`,
    organizationSlug: `organization-${organization}`,
    app: `publisher-${index % 7}/app-${index % 20}`,
    state: "running",
    grants,
  };
  // What else an installation has plays no part in a decision.
  return live as unknown as Live;
}

function questionOf(live: Live, now: number): PolicyQuestion {
  return {
    ...{ live, purpose: "request", requestId: null },
    subject: {
      ...{ personId: "per_1", roles: ["member"], groups: ["sales", "north"] },
      ...{ address: "192.0.2.7", secondFactorAt: now - 60_000 },
    },
  };
}

/** Microseconds of single decisions, sorted. */
function measure(count: number, decideOne: (index: number) => void): Float64Array {
  const times = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const begun = process.hrtime.bigint();
    decideOne(index);
    times[index] = Number(process.hrtime.bigint() - begun) / 1_000;
  }
  return times.sort();
}

function quantiles(name: string, times: Float64Array): Record<string, number> {
  const at = (share: number) => rounded(times[Math.floor(share * (times.length - 1))] ?? 0);
  return { [`${name}_p50_us`]: at(0.5), [`${name}_p99_us`]: at(0.99) };
}

async function run({ say, isQuick }: BenchOptions): Promise<Figures> {
  const now = Date.now();
  const clock = { now: () => Date.now() };
  const lives = Array.from({ length: installations }, (_, index) => createLive(index));
  const questions = lives.map((live) => questionOf(live, now));
  const sums = createSums({ clock });
  const open = () =>
    createForbids({ clock, logger: { error: () => undefined }, onAsked: sums.note });
  const sourcesOf = (forbids: PolicyForbids): DecisionSources => ({
    lease: { isHeld: () => true, regained: () => undefined },
    forbids,
    factsOf: ({ live, subject }) => ({
      now: clock.now(),
      organization: live.organizationSlug,
      roles: subject?.roles ?? [],
    }),
  });
  const decideBy = (sources: DecisionSources) => (index: number) => {
    const question = questions[(index * 7) % installations];
    const access = accesses[index % accesses.length];
    if (question === undefined || access === undefined) throw new TypeError("There is none.");
    const decision = decide(question, access, sources);
    if (!decision.isAllowed) throw new Error(`Denied by ${JSON.stringify(decision)}.`);
  };

  const count = isQuick ? 5_000 : 200_000;
  const grantsAlone = decideBy(sourcesOf(open()));
  for (let index = 0; index < count / 4; index++) grantsAlone(index);
  const figures: Record<string, number> = {
    ...quantiles("grant", measure(count, grantsAlone)),
  };
  say(`grants alone       p50 ${figures.grant_p50_us} µs, p99 ${figures.grant_p99_us} µs`);

  const rounds = isQuick ? 5_000 : 60_000;
  for (const [name, scopeOf] of [
    ["decision", someActions],
    ["decision_all", allActions],
  ] as const) {
    const before = process.memoryUsage().rss;
    const forbids = open();
    forbids.publish(null, textOf("operator", 0, scopeOf));
    for (let index = 0; index < organizations; index++) {
      forbids.publish(`org-${index}`, textOf("organization", index, scopeOf));
    }
    const withPolicies = decideBy(sourcesOf(forbids));
    const firstBegun = performance.now();
    withPolicies(0);
    figures[`${name}_first_ms`] = rounded(performance.now() - firstBegun);
    const warmUp = Math.max(installations * 4, rounds / 4);
    for (let index = 0; index < warmUp; index++) withPolicies(index);
    Object.assign(figures, quantiles(name, measure(rounds, withPolicies)));
    figures[`${name}_organization_kb`] = rounded(
      (process.memoryUsage().rss - before) / 1_024 / organizations,
    );
    say(
      `${name.padEnd(18)} p50 ${figures[`${name}_p50_us`]} µs, p99 ${figures[`${name}_p99_us`]} µs`,
    );
  }

  const peer = createPeer(now);
  for (let index = 0; index < 200; index++) peer(index);
  Object.assign(figures, quantiles("peer_unprepared", measure(isQuick ? 500 : 5_000, peer)));
  const { peer_unprepared_p50_us: peerUs = 0, decision_all_p50_us: ourUs = 1 } = figures;
  figures.peer_ratio = rounded(peerUs / ourUs);
  say(
    `Cedar, unprepared  p50 ${peerUs} µs, p99 ${figures.peer_unprepared_p99_us} µs: ${figures.peer_ratio} times ours`,
  );
  return figures;
}

/** The same question as a reader of Cedar's README would ask it. */
function createPeer(now: number): (index: number) => void {
  const cedar = openCedar();
  return (index) => {
    const organization = index % organizations;
    const text = `permit(principal, action, resource);\n${textOf("operator", 0, allActions)}\n${textOf("organization", organization, allActions)}`;
    const within = [{ type: "Organization", id: `organization-${organization}` }];
    const answer = cedar.isAuthorized({
      principal: { type: "Person", id: "per_1" },
      action: { type: "Action", id: "api:read" },
      resource: { type: "Api", id: "/api/orders/7" },
      context: {
        now: { __extn: { fn: "datetime", arg: new Date(now).toISOString() } },
        address: { __extn: { fn: "ip", arg: "192.0.2.7" } },
        secondFactorAgeSeconds: 60,
      },
      policies: { staticPolicies: text },
      entities: [
        {
          uid: { type: "Person", id: "per_1" },
          attrs: {},
          parents: [{ type: "Role", id: "member" }, ...within],
        },
        {
          uid: { type: "Api", id: "/api/orders/7" },
          attrs: { name: "/api/orders/7" },
          parents: [{ type: "App", id: "publisher-1/app-1" }, ...within],
        },
      ],
    });
    if (answer.type === "failure" || answer.response.decision !== "allow") {
      throw new Error(`The peer did not allow: ${JSON.stringify(answer)}`);
    }
  };
}
