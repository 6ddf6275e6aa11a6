/** Policies, and what is told of decisions, as the API shows them. */
import * as z from "zod";
import { dataClasses } from "../permissions/conditions.ts";
import {
  actionsByType,
  type PermissionAction,
  type PermissionType,
  permissionTypes,
} from "../permissions/grammar.ts";
import { plainLine } from "./plain-line.ts";
import { instant } from "./registry.ts";

export const maxPolicyTextChars = 65_536;
export const maxPolicyCases = 200;

export type PolicyAction = `${PermissionType}:${PermissionAction}`;

/** Every action that a policy can name, such as `network:connect`. */
export const policyActions = Object.freeze(
  permissionTypes.flatMap((type) =>
    actionsByType[type].map((action): PolicyAction => `${type}:${action}`),
  ),
);

// The table of permissions is not empty.
export const policyAction = z.enum(policyActions as [PolicyAction, ...PolicyAction[]]);
export const policyText = z.string().max(maxPolicyTextChars);
const resource = z.string().min(1).max(1_024);
const address = z.string().max(64);
const secondFactorAgeSeconds = z.number().min(0).max(1e9);

export const policyProblemView = z.object({
  severity: z.enum(["error", "warning"]),
  message: z.string(),
  line: z.number().int(),
  column: z.number().int(),
  endLine: z.number().int(),
  endColumn: z.number().int(),
  policy: z.string().nullable(),
});

export const policyCheckView = z.object({
  /** Empty when a problem is an error. */
  policies: z.array(
    z.object({
      id: z.string(),
      reason: z.string().nullable(),
      line: z.number().int(),
      actions: z.array(z.string()),
    }),
  ),
  problems: z.array(policyProblemView),
});

export const policyVersionView = z.object({
  version: z.number().int(),
  note: z.string().nullable(),
  /** The earlier version that was taken again. */
  restoredFrom: z.number().int().nullable(),
  by: z.string().describe("Who published it: a name, or an id that nobody has any longer"),
  at: instant,
});
export const policyVersionDetail = policyVersionView.extend({ text: z.string() });

export const policiesView = z.object({
  current: policyVersionDetail.nullable(),
  draft: z
    .object({ text: z.string(), revision: z.number().int(), by: z.string(), at: instant })
    .nullable(),
  /** The newest first. */
  versions: z.array(policyVersionView),
});

export const policyTrialView = z.object({
  hours: z.number().int(),
  /** Calls that the draft was held against. */
  calls: z.number().int(),
  /** Calls that were counted and not kept, so that nothing is known of them. */
  unkept: z.number().int(),
  wouldDeny: z.number().int(),
  wouldAllow: z.number().int(),
  /** The most frequent first, at most 50. */
  groups: z.array(
    z.object({
      effect: z.enum(["deny", "allow"]),
      /** Which forbids: of the draft for `deny`, of what is in force for `allow`. */
      policy: z.string(),
      app: z.string(),
      action: z.string(),
      resource: z.string(),
      calls: z.number().int(),
      people: z.number().int(),
      lastAt: instant,
    }),
  ),
  /** What the draft asks for and recorded calls do not hold. */
  unknown: z.array(z.string()),
  problems: z.array(policyProblemView),
});

/** One case of a test file. */
export const policyCase = z.strictObject({
  name: plainLine(120).optional(),
  app: z.string().regex(/^[a-z0-9-]{1,64}\/[a-z0-9-]{1,64}$/, "expected publisher/name"),
  installation: z.string().max(64).default("any"),
  /** A slug. Default: the organization that is asked, or `any`. */
  organization: z.string().max(64).optional(),
  access: policyAction,
  resource,
  /** Left out: the app acts as itself. */
  person: z
    .strictObject({
      id: z.string().max(128).default("any"),
      kind: z.enum(["person", "service"]).default("person"),
      roles: z.array(z.string().max(128)).max(50).default([]),
      groups: z.array(z.string().max(128)).max(50).default([]),
    })
    .optional(),
  /** Default: now. */
  at: z.iso.datetime({ offset: true }).optional(),
  purpose: z.enum(["request", "hook"]).default("request"),
  address: address.optional(),
  secondFactorAgeSeconds: secondFactorAgeSeconds.optional(),
  dataClass: z.enum(dataClasses).optional(),
  expect: z.enum(["allow", "deny"]),
  /** For `deny`: the policy that must be the one. */
  by: z.string().max(64).optional(),
});
export const policyCases = z.strictObject({
  cases: z.array(policyCase).min(1).max(maxPolicyCases),
});

export const policyTestView = z.object({
  passed: z.number().int(),
  failed: z.number().int(),
  results: z.array(
    z.object({
      name: z.string(),
      isPassed: z.boolean(),
      expected: z.enum(["allow", "deny"]),
      got: z.enum(["allow", "deny"]),
      by: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
});

export const decisionQuestion = z.strictObject({
  installation: z.string().regex(/^i[0-9a-z]{26}$/),
  access: policyAction,
  resource,
  /** An id or an e-mail address; left out: the app acts as itself. */
  person: z.string().min(1).max(254).optional(),
  /** Default: now. */
  at: z.iso.datetime({ offset: true }).optional(),
  address: address.optional(),
  secondFactorAgeSeconds: secondFactorAgeSeconds.optional(),
});

const decidedBy = z.enum(["grant", "lease", "state", "grants", "condition", "policy"]);
const personView = z.object({
  id: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  groups: z.array(z.string()),
});

/** The whole chain: each link is told, also behind the one that decided. */
export const decisionView = z.object({
  isAllowed: z.boolean(),
  decidedBy,
  /** The grant's id, the condition's or the policy's name. */
  by: z.string().nullable(),
  message: z.string(),
  at: instant,
  app: z.string(),
  person: personView.nullable(),
  lease: z.object({ isHeld: z.boolean() }),
  state: z.object({ state: z.string(), reason: z.string().nullable(), mayAct: z.boolean() }),
  grants: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      resource: z.string(),
      actions: z.array(z.string()),
      covers: z.boolean(),
      conditions: z.array(z.object({ name: z.string(), holds: z.boolean() })),
    }),
  ),
  policies: z.array(
    z.object({
      policy: z.string(),
      scope: z.enum(["organization", "operator"]),
      reason: z.string().nullable(),
      outcome: z.enum(["other-action", "out-of-scope", "holds-not", "forbids", "fails"]),
    }),
  ),
});

export const whoCanView = z.object({
  people: z.array(
    z.object({
      person: personView,
      isAllowed: z.boolean(),
      decidedBy,
      by: z.string().nullable(),
    }),
  ),
  /** The app acting as itself. */
  itself: z.object({ isAllowed: z.boolean(), decidedBy, by: z.string().nullable() }),
  /** People beyond the first 1,000 were not asked about. */
  isCut: z.boolean(),
});

export const reachView = z.object({
  app: z.string(),
  state: z.string(),
  mayAct: z.boolean(),
  reaches: z.array(
    z.object({
      grant: z.string(),
      resource: z.string(),
      access: z.string(),
      /** `free`; `restricted`: policies or conditions may say no; `forbidden`: a policy always does. */
      outcome: z.enum(["free", "restricted", "forbidden"]),
      conditions: z.array(z.string()),
      policies: z.array(
        z.object({
          policy: z.string(),
          scope: z.enum(["organization", "operator"]),
          reason: z.string().nullable(),
          isAlways: z.boolean(),
        }),
      ),
    }),
  ),
});

export type PolicyProblemView = z.output<typeof policyProblemView>;
export type PolicyCheckView = z.output<typeof policyCheckView>;
export type PolicyVersionView = z.output<typeof policyVersionView>;
export type PoliciesView = z.output<typeof policiesView>;
export type PolicyTrialView = z.output<typeof policyTrialView>;
export type PolicyCase = z.output<typeof policyCase>;
export type PolicyTestView = z.output<typeof policyTestView>;
export type DecisionView = z.output<typeof decisionView>;
export type DecisionQuestion = z.output<typeof decisionQuestion>;
export type WhoCanView = z.output<typeof whoCanView>;
export type ReachView = z.output<typeof reachView>;
