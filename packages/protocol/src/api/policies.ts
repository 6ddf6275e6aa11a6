/**
 * Policies of organizations and of the operator, which can only forbid, and questions about
 * decisions. Both kinds of policies have the same routes.
 */
import * as z from "zod";
import { plainLine } from "./plain-line.ts";
import {
  decisionQuestion,
  decisionView,
  policiesView,
  policyCases,
  policyCheckView,
  policyTestView,
  policyText,
  policyTrialView,
  policyVersionDetail,
  reachView,
  whoCanView,
} from "./policy-views.ts";
import { empty } from "./registry.ts";
import { route } from "./route.ts";

const orgParams = z.object({
  organization: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .describe("The organization's slug"),
});
const versionNumber = z.number().int().min(1).max(1_000_000);
const versionParam = z.coerce.number().pipe(versionNumber);
const note = plainLine(200).optional();
/** What the caller saw; 0 for none. */
const seen = z.number().int().min(0).max(1_000_000);

const textBody = z.object({ text: policyText });
const draftBody = z.object({ text: policyText, revision: seen });
const trialBody = z.object({
  text: policyText,
  hours: z.number().int().min(1).max(168).default(24),
});
const publishBody = z.object({ revision: versionNumber, version: seen, note });
const rollBackBody = z.object({ to: versionNumber, version: seen, note });
const draftSaved = z.object({ revision: z.number().int() });

export const organizationPolicyRoutes = {
  getOrganizationPolicies: route({
    method: "get",
    path: "/organizations/{organization}/policies",
    tag: "Policies",
    summary: "The organization's policies in force, the draft, and the history.",
    access: "organization",
    permission: "policies.read",
    params: orgParams,
    response: policiesView,
  }),
  getOrganizationPolicyVersion: route({
    method: "get",
    path: "/organizations/{organization}/policies/versions/{version}",
    tag: "Policies",
    summary: "One version with its text.",
    access: "organization",
    permission: "policies.read",
    params: orgParams.extend({ version: versionParam }),
    response: policyVersionDetail,
  }),
  checkOrganizationPolicies: route({
    method: "post",
    path: "/organizations/{organization}/policies/check",
    tag: "Policies",
    summary: "Validate a text: what is wrong, by line and column.",
    access: "organization",
    permission: "policies.read",
    params: orgParams,
    body: textBody,
    response: policyCheckView,
  }),
  testOrganizationPolicies: route({
    method: "post",
    path: "/organizations/{organization}/policies/test",
    tag: "Policies",
    summary: "Hold cases against what is in force.",
    access: "organization",
    permission: "policies.read",
    params: orgParams,
    body: policyCases,
    response: policyTestView,
  }),
  tryOrganizationPolicies: route({
    method: "post",
    path: "/organizations/{organization}/policies/try",
    tag: "Policies",
    summary: "What a text would have changed of the calls of the last hours.",
    access: "organization",
    permission: "policies.read",
    params: orgParams,
    body: trialBody,
    response: policyTrialView,
  }),
  saveOrganizationPolicyDraft: route({
    method: "put",
    path: "/organizations/{organization}/policies/draft",
    tag: "Policies",
    summary: "Save the draft. `revision` is of the one that was edited.",
    access: "organization",
    permission: "policies.manage",
    params: orgParams,
    body: draftBody,
    response: draftSaved,
  }),
  deleteOrganizationPolicyDraft: route({
    method: "delete",
    path: "/organizations/{organization}/policies/draft",
    tag: "Policies",
    summary: "Throw the draft away.",
    access: "organization",
    permission: "policies.manage",
    params: orgParams,
    status: 204,
    response: empty,
  }),
  publishOrganizationPolicies: route({
    method: "post",
    path: "/organizations/{organization}/policies/publish",
    tag: "Policies",
    summary: "Put the draft in force. `version` is the one that was seen in force.",
    access: "organization",
    permission: "policies.manage",
    stepUp: "where-asked",
    params: orgParams,
    body: publishBody,
    response: policyVersionDetail,
  }),
  rollBackOrganizationPolicies: route({
    method: "post",
    path: "/organizations/{organization}/policies/roll-back",
    tag: "Policies",
    summary: "Put an earlier version in force again, as a new one.",
    access: "organization",
    permission: "policies.manage",
    stepUp: "where-asked",
    params: orgParams,
    body: rollBackBody,
    response: policyVersionDetail,
  }),
  explainDecision: route({
    method: "post",
    path: "/organizations/{organization}/decisions/explain",
    tag: "Policies",
    summary: "Why an app may do something, or may not: the whole chain.",
    access: "organization",
    permission: "policies.read",
    params: orgParams,
    body: decisionQuestion,
    response: decisionView,
  }),
  findWhoCan: route({
    method: "post",
    path: "/organizations/{organization}/decisions/who-can",
    tag: "Policies",
    summary: "For whom an app may do something now.",
    access: "organization",
    permission: "policies.read",
    params: orgParams,
    body: decisionQuestion.omit({ person: true }),
    response: whoCanView,
  }),
  getReach: route({
    method: "get",
    path: "/organizations/{organization}/decisions/reach/{installation}",
    tag: "Policies",
    summary: "What an app can reach: its grants, and the policies that stand in the way.",
    access: "organization",
    permission: "policies.read",
    params: orgParams.extend({ installation: decisionQuestion.shape.installation }),
    response: reachView,
  }),
} as const;

export const operatorPolicyRoutes = {
  getOperatorPolicies: route({
    method: "get",
    path: "/policies",
    tag: "Policies",
    summary: "The operator's policies in force, the draft, and the history.",
    access: "operator",
    permission: "policies.read",
    response: policiesView,
  }),
  getOperatorPolicyVersion: route({
    method: "get",
    path: "/policies/versions/{version}",
    tag: "Policies",
    summary: "One version with its text.",
    access: "operator",
    permission: "policies.read",
    params: z.object({ version: versionParam }),
    response: policyVersionDetail,
  }),
  checkOperatorPolicies: route({
    method: "post",
    path: "/policies/check",
    tag: "Policies",
    summary: "Validate a text: what is wrong, by line and column.",
    access: "operator",
    permission: "policies.read",
    body: textBody,
    response: policyCheckView,
  }),
  testOperatorPolicies: route({
    method: "post",
    path: "/policies/test",
    tag: "Policies",
    summary: "Hold cases against what is in force.",
    access: "operator",
    permission: "policies.read",
    body: policyCases,
    response: policyTestView,
  }),
  tryOperatorPolicies: route({
    method: "post",
    path: "/policies/try",
    tag: "Policies",
    summary: "What a text would have changed of the calls of the last hours.",
    access: "operator",
    permission: "policies.read",
    body: trialBody,
    response: policyTrialView,
  }),
  saveOperatorPolicyDraft: route({
    method: "put",
    path: "/policies/draft",
    tag: "Policies",
    summary: "Save the draft. `revision` is of the one that was edited.",
    access: "operator",
    permission: "policies.manage",
    body: draftBody,
    response: draftSaved,
  }),
  deleteOperatorPolicyDraft: route({
    method: "delete",
    path: "/policies/draft",
    tag: "Policies",
    summary: "Throw the draft away.",
    access: "operator",
    permission: "policies.manage",
    status: 204,
    response: empty,
  }),
  publishOperatorPolicies: route({
    method: "post",
    path: "/policies/publish",
    tag: "Policies",
    summary: "Put the draft in force. `version` is the one that was seen in force.",
    access: "operator",
    permission: "policies.manage",
    stepUp: "where-asked",
    body: publishBody,
    response: policyVersionDetail,
  }),
  rollBackOperatorPolicies: route({
    method: "post",
    path: "/policies/roll-back",
    tag: "Policies",
    summary: "Put an earlier version in force again, as a new one.",
    access: "operator",
    permission: "policies.manage",
    stepUp: "where-asked",
    body: rollBackBody,
    response: policyVersionDetail,
  }),
  explainAnyDecision: route({
    method: "post",
    path: "/decisions/explain",
    tag: "Policies",
    summary: "Why an app of any organization may do something, or may not.",
    access: "operator",
    permission: "policies.read",
    body: decisionQuestion,
    response: decisionView,
  }),
} as const;
