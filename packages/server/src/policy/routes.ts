/** Handlers of the routes about policies and decisions. */
import { BerthError } from "@berth/protocol";
import type { PolicyCase, PolicyTestView } from "@berth/protocol/api";
import {
  type ApiContext,
  callerOf,
  type Handlers,
  organizationOf,
  type RoutesOf,
} from "../http/api.ts";
import type { Clock } from "../storage/ground.ts";
import { runCases } from "./cases.ts";
import type { CheckedText, PolicyChecker } from "./cedar/checker.ts";
import type { PolicyForbids, PolicyOwner } from "./forbids.ts";
import {
  ownerKey,
  type PolicyAuthor,
  type PolicyVersion,
  type Publications,
} from "./publications.ts";
import type { PolicyQuestions } from "./questions.ts";
import { type TrialSources, tryOnTraffic } from "./trial.ts";

export interface PolicyHandlersOptions {
  readonly publications: Publications;
  readonly checker: PolicyChecker;
  readonly forbids: Pick<PolicyForbids, "judge">;
  readonly questions: PolicyQuestions;
  readonly trial: TrialSources;
  readonly people: {
    namesOf(personIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
    findOrganization(slug: string): Promise<{ readonly id: string } | undefined>;
  };
  readonly clock: Clock;
}

export function policyHandlers(options: PolicyHandlersOptions): Handlers<RoutesOf<"Policies">> {
  const { checker, clock, forbids, people, publications, questions, trial } = options;

  async function nameOf(personIds: readonly string[]): Promise<(id: string) => string> {
    const names = await people.namesOf([...new Set(personIds)]);
    return (id) => names.get(id) ?? id;
  }

  async function get(owner: PolicyOwner) {
    const [current, draft, versions] = await Promise.all([
      publications.findCurrent(owner),
      publications.findDraft(owner),
      publications.listVersions(owner),
    ]);
    const authors = [current, draft, ...versions].flatMap((each) =>
      each === undefined ? [] : [each.personId],
    );
    const by = await nameOf(authors);
    return {
      current: current === undefined ? null : detailOf(current, by),
      draft:
        draft === undefined
          ? null
          : {
              ...{ text: draft.text, revision: draft.revision },
              ...{ by: by(draft.personId), at: draft.at.toISOString() },
            },
      versions: versions.map((version) => viewOf(version, by)),
    };
  }

  async function detail(version: PolicyVersion) {
    return detailOf(version, await nameOf([version.personId]));
  }

  async function check(owner: PolicyOwner, text: string) {
    return checkViewOf(await checker.check(ownerKey(owner), text));
  }

  async function tryText(
    owner: PolicyOwner,
    { text, hours }: { readonly text: string; readonly hours: number },
  ) {
    const current = (await publications.findCurrent(owner))?.text ?? "";
    return tryOnTraffic(owner, { text, hours, current }, trial);
  }

  async function test(
    cases: readonly PolicyCase[],
    own: { readonly id: string; readonly slug: string } | null,
  ): Promise<PolicyTestView> {
    const ids = new Map<string, string | null>();
    for (const { organization } of cases) {
      if (organization === undefined || organization === own?.slug) continue;
      if (own !== null) {
        throw new BerthError(
          "REQUEST_INVALID",
          `A case names the organization ${organization}, and here only ${own.slug}'s policies are asked; leave it out.`,
        );
      }
      ids.set(organization, (await people.findOrganization(organization))?.id ?? null);
    }
    return runCases(cases, {
      judge: (facts) => forbids.judge(own?.id ?? ids.get(facts.organization) ?? null, facts),
      now: clock.now(),
      organization: own?.slug ?? "any",
    });
  }

  const save = async (
    owner: PolicyOwner,
    draft: { readonly text: string; readonly revision: number },
    context: ApiContext,
  ) => ({ revision: (await publications.saveDraft(owner, draft, authorOf(context))).revision });
  const publish = async (
    owner: PolicyOwner,
    seen: {
      readonly revision: number;
      readonly version: number;
      readonly note?: string | undefined;
    },
    context: ApiContext,
  ) => {
    const asked = { ...seen, note: seen.note ?? null };
    return detail(await publications.publish(owner, asked, authorOf(context)));
  };
  const rollBack = async (
    owner: PolicyOwner,
    seen: { readonly to: number; readonly version: number; readonly note?: string | undefined },
    context: ApiContext,
  ) => {
    const asked = { ...seen, note: seen.note ?? null };
    return detail(await publications.rollBack(owner, asked, authorOf(context)));
  };
  const idOf = (context: ApiContext) => organizationOf(context).id;

  return {
    getOrganizationPolicies: (_input, context) => get(idOf(context)),
    getOrganizationPolicyVersion: async ({ params }, context) =>
      detail(await publications.getVersion(idOf(context), params.version)),
    checkOrganizationPolicies: ({ body }, context) => check(idOf(context), body.text),
    testOrganizationPolicies: ({ body }, context) => test(body.cases, organizationOf(context)),
    tryOrganizationPolicies: ({ body }, context) => tryText(idOf(context), body),
    saveOrganizationPolicyDraft: ({ body }, context) => save(idOf(context), body, context),
    async deleteOrganizationPolicyDraft(_input, context) {
      await publications.deleteDraft(idOf(context), authorOf(context));
      return undefined;
    },
    publishOrganizationPolicies: ({ body }, context) => publish(idOf(context), body, context),
    rollBackOrganizationPolicies: ({ body }, context) => rollBack(idOf(context), body, context),
    explainDecision: ({ body }, context) => questions.explain(idOf(context), body),
    findWhoCan: ({ body }, context) => questions.findWhoCan(idOf(context), body),
    getReach: ({ params }, context) => questions.findReach(idOf(context), params.installation),

    getOperatorPolicies: () => get(null),
    getOperatorPolicyVersion: async ({ params }) =>
      detail(await publications.getVersion(null, params.version)),
    checkOperatorPolicies: ({ body }) => check(null, body.text),
    testOperatorPolicies: ({ body }) => test(body.cases, null),
    tryOperatorPolicies: ({ body }) => tryText(null, body),
    saveOperatorPolicyDraft: ({ body }, context) => save(null, body, context),
    async deleteOperatorPolicyDraft(_input, context) {
      await publications.deleteDraft(null, authorOf(context));
      return undefined;
    },
    publishOperatorPolicies: ({ body }, context) => publish(null, body, context),
    rollBackOperatorPolicies: ({ body }, context) => rollBack(null, body, context),
    explainAnyDecision: ({ body }) => questions.explain(null, body),
  };
}

function authorOf(context: ApiContext): PolicyAuthor {
  const caller = callerOf(context);
  const credentialId = caller.keyId ?? caller.sessionId;
  return {
    personId: caller.personId,
    actor: {
      ...{ kind: "person", id: caller.personId, by: caller.by },
      ...(credentialId === undefined ? {} : { credentialId }),
    },
    requestId: context.requestId,
  };
}

function viewOf(version: Omit<PolicyVersion, "text">, by: (id: string) => string) {
  const { note, restoredFrom, personId, at } = version;
  return {
    version: version.version,
    ...{ note, restoredFrom, by: by(personId), at: at.toISOString() },
  };
}

function detailOf(version: PolicyVersion, by: (id: string) => string) {
  return { ...viewOf(version, by), text: version.text };
}

function checkViewOf({ policies, problems }: CheckedText) {
  return {
    policies: policies.map((policy) => ({ ...policy, actions: [...policy.actions] })),
    problems: [...problems],
  };
}
