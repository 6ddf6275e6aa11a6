/** The questions of admins: why, for whom, and how far. Each is answered by what decides. */
import { type AccessRequest, BerthError, type DataClass } from "@berth/protocol";
import type { DecisionQuestion, DecisionView, ReachView, WhoCanView } from "@berth/protocol/api";
import type { InstallationDirectory, LiveInstallation } from "../installation/live.ts";
import type { Clock } from "../storage/ground.ts";
import { mayAct, type PolicyDecision } from "./decide.ts";
import type { PolicyForbids } from "./forbids.ts";
import type { KnownSubject, KnownSubjects } from "./known-subjects.ts";
import type { Policy } from "./policy.ts";
import type { PolicyQuestion, Subject } from "./ports.ts";

export interface QuestionSources {
  readonly directory: Pick<InstallationDirectory, "load">;
  readonly policy: Pick<Policy, "explain">;
  readonly forbids: Pick<PolicyForbids, "about">;
  readonly subjects: KnownSubjects;
  readonly clock: Clock;
  /** Of what an access reaches, as the capability behind it declares it. Default: nobody does. */
  readonly dataClassOf?: (access: AccessRequest) => DataClass | undefined;
}

export interface PolicyQuestions {
  /** @param organizationId - null: of any. @throws INSTALLATION_NOT_FOUND, REQUEST_INVALID */
  explain(organizationId: string | null, asked: DecisionQuestion): Promise<DecisionView>;
  findWhoCan(organizationId: string, asked: Omit<DecisionQuestion, "person">): Promise<WhoCanView>;
  findReach(organizationId: string, installation: string): Promise<ReachView>;
}

const maxPeople = 1_000;
/** So many decisions without letting others have the thread. */
const peopleAtOnce = 50;

export function createQuestions(sources: QuestionSources): PolicyQuestions {
  const { directory, policy, forbids, subjects, clock, dataClassOf = () => undefined } = sources;

  function ask(live: LiveInstallation, known: KnownSubject | null, asked: Asked) {
    const access = accessOf(asked);
    const dataClass = dataClassOf(access);
    const question = {
      ...questionOf(live, known, { ...asked, now: clock.now() }),
      ...(dataClass === undefined ? {} : { dataClass }),
    };
    return policy.explain(question, access, momentOf(asked));
  }

  async function loadOwn(
    organizationId: string | null,
    installation: string,
  ): Promise<LiveInstallation> {
    const live = await directory.load(installation);
    const isOwn = organizationId === null || live?.organizationId === organizationId;
    if (live !== undefined && isOwn) return live;
    throw new BerthError(
      "INSTALLATION_NOT_FOUND",
      `There is no installation ${installation} here.`,
    );
  }

  return {
    async explain(organizationId, asked) {
      const live = await loadOwn(organizationId, asked.installation);
      const { person } = asked;
      const subject =
        person === undefined ? null : await findSubject(subjects, live.organizationId, person);
      const chain = ask(live, subject, asked);
      const { decision, at } = chain;
      return {
        ...verdictOf(decision),
        message: chain.message,
        at: new Date(at).toISOString(),
        app: live.app,
        person: subject === null ? null : personOf(subject),
        lease: chain.lease,
        state: { state: live.state, reason: live.stateReason, mayAct: chain.mayAct },
        grants: chain.grants.map((grant) => ({
          ...grant,
          actions: [...grant.actions],
          conditions: [...grant.conditions],
        })),
        policies: [...chain.policies],
      };
    },

    async findWhoCan(organizationId, asked) {
      const live = await loadOwn(organizationId, asked.installation);
      const known = await subjects.list(organizationId, maxPeople + 1);
      const decide = (subject: KnownSubject | null) =>
        verdictOf(ask(live, subject, asked).decision);
      const people: WhoCanView["people"] = [];
      for (const [index, subject] of known.slice(0, maxPeople).entries()) {
        if (index % peopleAtOnce === 0) await new Promise<void>((go) => setImmediate(go));
        people.push({ person: personOf(subject), ...decide(subject) });
      }
      return { people, itself: decide(null), isCut: known.length > maxPeople };
    },

    async findReach(organizationId, installation) {
      const live = await loadOwn(organizationId, installation);
      return {
        app: live.app,
        state: live.state,
        mayAct: mayAct(live, "request"),
        reaches: live.grants.flatMap((grant) =>
          grant.actions.map((action) => {
            const { id, type, resource } = grant;
            const policies = forbids.about(live, { type, action, resource });
            const conditions = [
              ...Object.keys(grant.conditions ?? {}),
              ...(grant.expiresAt === undefined ? [] : ["expiresAt"]),
            ];
            const isForbidden = policies.some(({ isAlways }) => isAlways);
            const isRestricted = policies.length + conditions.length > 0;
            return {
              grant: id,
              resource,
              access: `${type}:${action}`,
              outcome: isForbidden
                ? ("forbidden" as const)
                : isRestricted
                  ? ("restricted" as const)
                  : ("free" as const),
              conditions,
              policies: [...policies],
            };
          }),
        ),
      };
    },
  };
}

async function findSubject(
  subjects: KnownSubjects,
  organizationId: string,
  person: string,
): Promise<KnownSubject> {
  const found = await subjects.find(organizationId, person);
  if (found !== undefined) return found;
  throw new BerthError(
    "REQUEST_INVALID",
    `${JSON.stringify(person.slice(0, 80))} is nobody of this organization; name a member by id or e-mail address.`,
  );
}

type Asked = Omit<DecisionQuestion, "person">;

const momentOf = ({ at }: Asked) => (at === undefined ? undefined : Date.parse(at));

function accessOf({ access, resource }: Asked): AccessRequest {
  // Listed as `type:action` in the table of permissions.
  const [type, action] = access.split(":") as [
    Parameters<Policy["explain"]>[1]["type"],
    Parameters<Policy["explain"]>[1]["action"],
  ];
  return { type, action, resource };
}

function questionOf(
  live: LiveInstallation,
  known: KnownSubject | null,
  asked: Asked & { readonly now: number },
): PolicyQuestion {
  const { address, secondFactorAgeSeconds, now } = asked;
  const subject: Subject | null =
    known === null
      ? null
      : {
          personId: known.personId,
          roles: known.roles,
          groups: known.groups,
          address: address ?? null,
          secondFactorAt:
            secondFactorAgeSeconds === undefined
              ? null
              : (momentOf(asked) ?? now) - secondFactorAgeSeconds * 1000,
        };
  return { live, purpose: "request", requestId: null, subject };
}

function personOf({ personId, name, roles, groups }: KnownSubject) {
  return { id: personId, name, roles: [...roles], groups: [...groups] };
}

function verdictOf(decision: PolicyDecision): Pick<DecisionView, "isAllowed" | "decidedBy" | "by"> {
  if (decision.isAllowed) return { isAllowed: true, decidedBy: "grant", by: decision.by };
  const { by } = decision;
  if (by === "condition") return { isAllowed: false, decidedBy: by, by: decision.condition };
  if (by === "policy") return { isAllowed: false, decidedBy: by, by: decision.forbidding.policy };
  return { isAllowed: false, decidedBy: by, by: null };
}
