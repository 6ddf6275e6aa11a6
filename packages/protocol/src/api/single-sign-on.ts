/**
 * Single sign-on of an organization: OpenID Connect, by the authorization code flow with PKCE
 * (OpenID Connect Core 1.0, RFC 7636, RFC 9207), and the e-mail domains that it has proven.
 */
import * as z from "zod";
import { plainLine } from "./plain-line.ts";
import { empty, instant } from "./registry.ts";
import { route } from "./route.ts";

const organization = z.object({ organization: z.string() });
const claimName = plainLine(100);

/** Where the provider sends the browser back to, below `/api/v1`. */
export const singleSignOnCallbackPath = "/single-sign-on/{organization}/callback";

/** A label of letters, digits and dashes, at least twice: `example.com`. */
export const emailDomain = z
  .string()
  .max(253)
  .regex(
    /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
    "expected a domain in lower case, such as example.com; international ones in their xn-- form",
  );

export const singleSignOnMapping = z.object({
  /** What the claim must hold, as its value or as one of its list. */
  value: plainLine(200),
  role: plainLine(64),
});

export const singleSignOnSettings = z.object({
  issuer: z.url({ protocol: /^https?$/ }).max(500),
  clientId: plainLine(200),
  /** Written, never read back. Left out: the present one stays; null: a public client without one. */
  clientSecret: z.string().min(1).max(500).nullable().optional(),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/))
    .max(20)
    .default(["openid", "email", "profile"]),
  /** What a member is on their first sign-in; a role's name or id, never owner. */
  defaultRole: plainLine(64).default("member"),
  /** Whether who is no member yet becomes one by signing in. */
  isJustInTime: z.boolean().default(true),
  /** For providers that send no email_verified and whose addresses only administrators set. */
  isEmailTrusted: z.boolean().default(false),
  /** The claim that names the person as the provider's SCIM does in externalId. */
  externalIdClaim: claimName.default("sub"),
  /** With it, roles follow the claim at each sign-in; the first mapping that fits wins. */
  roleClaim: claimName.nullable().default(null),
  roleMappings: z.array(singleSignOnMapping).max(50).default([]),
  /** With it, groups of the provider follow the claim at each sign-in. */
  groupClaim: claimName.nullable().default(null),
  sessionHours: z.int().min(1).max(168).default(12),
  /** Members other than owners then reach the organization by single sign-on only. */
  isRequired: z.boolean().default(false),
});

export const singleSignOnView = singleSignOnSettings.omit({ clientSecret: true }).extend({
  /** Tells secrets apart without giving them away; null for a public client. */
  secretFingerprint: z.string().nullable(),
  /** Whether an owner chose this provider: only then may it speak for owners. */
  isByOwner: z.boolean(),
  updatedAt: instant,
  lastSuccessAt: instant.nullable(),
  lastFailure: z.object({ at: instant, message: z.string() }).nullable(),
});

export const emailDomainView = z.object({
  domain: z.string(),
  /** The TXT record that proves it. */
  recordName: z.string(),
  recordValue: z.string(),
  provenAt: instant.nullable(),
});

export const singleSignOnRoutes = {
  beginSingleSignOn: route({
    method: "post",
    path: "/single-sign-on",
    tag: "SingleSignOn",
    summary:
      "Begin to sign in by an organization's provider, found by the domain of an e-mail address or by the organization. Public: nobody is signed in yet; a domain tells nothing of its people.",
    access: "public",
    body: z.object({
      email: z.string().min(3).max(254).optional(),
      organization: z.string().min(1).max(64).optional(),
      /** A path of this Berth to go to afterwards. */
      returnTo: z.string().max(500).optional(),
    }),
    response: z.object({ url: z.string().describe("Where the browser goes now") }),
  }),
  finishSingleSignOn: route({
    method: "get",
    path: singleSignOnCallbackPath,
    tag: "SingleSignOn",
    summary:
      "Where the provider sends the browser back to. Public: the code, the state and the browser's own cookie are the proof.",
    access: "public",
    params: organization,
    query: z.object({
      code: z.string().max(4_096).optional(),
      state: z.string().max(200).optional(),
      iss: z.string().max(500).optional(),
      error: z.string().max(200).optional(),
    }),
    kind: "raw",
    response: z.unknown(),
  }),
  getSingleSignOn: route({
    method: "get",
    path: "/organizations/{organization}/single-sign-on",
    tag: "SingleSignOn",
    summary: "The organization's single sign-on, without its secret.",
    access: "organization",
    permission: "sign-in.manage",
    params: organization,
    response: z.object({
      redirectUri: z.string().describe("What to register at the provider, to the letter"),
      connection: singleSignOnView.nullable(),
      domains: z.array(emailDomainView),
    }),
  }),
  putSingleSignOn: route({
    method: "put",
    path: "/organizations/{organization}/single-sign-on",
    tag: "SingleSignOn",
    summary: "Set up or change single sign-on. Another issuer or client ends its sessions.",
    access: "organization",
    permission: "sign-in.manage",
    stepUp: "where-asked",
    params: organization,
    body: singleSignOnSettings,
    response: singleSignOnView,
  }),
  deleteSingleSignOn: route({
    method: "delete",
    path: "/organizations/{organization}/single-sign-on",
    tag: "SingleSignOn",
    summary: "Remove single sign-on, and end every session and key that came by it.",
    access: "organization",
    permission: "sign-in.manage",
    stepUp: "where-asked",
    params: organization,
    status: 204,
    response: empty,
  }),
  addEmailDomain: route({
    method: "post",
    path: "/organizations/{organization}/single-sign-on/domains",
    tag: "SingleSignOn",
    summary: "Claim an e-mail domain; the answer says which TXT record proves it.",
    access: "organization",
    permission: "sign-in.manage",
    params: organization,
    body: z.object({ domain: emailDomain }),
    status: 201,
    response: emailDomainView,
  }),
  proveEmailDomain: route({
    method: "post",
    path: "/organizations/{organization}/single-sign-on/domains/{domain}/proof",
    tag: "SingleSignOn",
    summary: "Look for the domain's TXT record.",
    access: "organization",
    permission: "sign-in.manage",
    stepUp: "where-asked",
    params: organization.extend({ domain: emailDomain }),
    response: emailDomainView,
  }),
  deleteEmailDomain: route({
    method: "delete",
    path: "/organizations/{organization}/single-sign-on/domains/{domain}",
    tag: "SingleSignOn",
    summary: "Give an e-mail domain up.",
    access: "organization",
    permission: "sign-in.manage",
    stepUp: "where-asked",
    params: organization.extend({ domain: emailDomain }),
    status: 204,
    response: empty,
  }),
  forgetSingleSignOnIdentity: route({
    method: "delete",
    path: "/organizations/{organization}/single-sign-on/identities/{person}",
    tag: "SingleSignOn",
    summary:
      "Forget which account of the provider is a person's, and end the sessions that came by it: the account's next sign-in is a first one.",
    access: "organization",
    permission: "sign-in.manage",
    stepUp: "where-asked",
    params: organization.extend({ person: z.string().max(64) }),
    status: 204,
    response: empty,
  }),
} as const;

export type SingleSignOnSettings = z.output<typeof singleSignOnSettings>;
export type SingleSignOnView = z.output<typeof singleSignOnView>;
export type EmailDomainView = z.output<typeof emailDomainView>;
