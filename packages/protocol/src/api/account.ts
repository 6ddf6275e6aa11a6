/** A person's own security: second factor, passkeys, sessions; and what an organization asks of it. */
import * as z from "zod";
import { sessionView } from "./identity.ts";
import { plainLine } from "./plain-line.ts";
import { empty, instant } from "./registry.ts";
import { route } from "./route.ts";

/** Six digits of an authenticator app, or a backup code; spaces and dashes do not matter. */
const code = z.string().min(6).max(40);
const password = z.string().min(1).max(200);

/** As WebAuthn's JSON forms have it (W3C Web Authentication Level 3, section 5.1); read by the browser. */
const webAuthn = z.record(z.string(), z.unknown());

export const secondFactorView = z.object({
  /** An authenticator app is set up. */
  isOn: z.boolean(),
  /** A passkey stands for both factors, so it proves this one, too. */
  hasPasskey: z.boolean(),
  onSince: instant.nullable(),
  backupCodesLeft: z.number().int(),
  /** When this session last proved it; null: never. */
  provedAt: instant.nullable(),
  /** Somebody asks for it: the host, or one of the person's organizations. */
  isRequired: z.boolean(),
});

export const ownSessionView = z.object({
  id: z.string(),
  /** Of the browser's own account of itself, such as `Firefox on Linux`; a claim. */
  device: z.string(),
  address: z.string().nullable(),
  createdAt: instant,
  /** To the minute. */
  lastSeenAt: instant,
  isCurrent: z.boolean(),
});

export const passkeyView = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: instant,
  /** True when the device may copy it to others of its owner. */
  isSynced: z.boolean(),
});

export const signInRulesView = z.object({ isSecondFactorRequired: z.boolean() });

const organizationParams = z.object({ organization: z.string() });

export const accountRoutes = {
  proveSecondFactor: route({
    method: "post",
    path: "/session/second-factor",
    tag: "Account",
    summary:
      "The second step of signing in. Public: the first step's cookie and the code are the proof.",
    access: "public",
    body: z.object({ code }),
    response: sessionView,
  }),
  beginPasskeySignIn: route({
    method: "post",
    path: "/session/passkey/options",
    tag: "Account",
    summary: "Begin to sign in by passkey. Public: it gives a challenge and nothing else.",
    access: "public",
    response: webAuthn,
  }),
  signInWithPasskey: route({
    method: "post",
    path: "/session/passkey",
    tag: "Account",
    summary: "Sign in by passkey. Public: the passkey's signature is the proof.",
    access: "public",
    body: z.object({ response: webAuthn }),
    response: sessionView,
  }),
  stepUp: route({
    method: "post",
    path: "/session/step-up",
    tag: "Account",
    summary:
      "Prove again who you are: by a passkey, by a code of the second factor, or by the password where there is none. The session gets a new cookie.",
    access: "person",
    body: z.object({
      code: code.optional(),
      password: password.optional(),
      response: webAuthn.optional().describe("A passkey's answer to POST /session/step-up/passkey"),
    }),
    response: secondFactorView,
  }),
  beginPasskeyStepUp: route({
    method: "post",
    path: "/session/step-up/passkey",
    tag: "Account",
    summary: "Begin to prove again who you are by one of your passkeys.",
    access: "person",
    response: webAuthn,
  }),
  getSecondFactor: route({
    method: "get",
    path: "/second-factor",
    tag: "Account",
    summary: "Your second factor.",
    access: "person",
    response: secondFactorView,
  }),
  beginSecondFactor: route({
    method: "post",
    path: "/second-factor",
    tag: "Account",
    summary: "Begin to set up an authenticator app. It counts once a code of it is confirmed.",
    access: "person",
    stepUp: "always",
    body: z.object({
      password: password.optional().describe("Needed by who has one"),
    }),
    status: 201,
    response: z.object({
      /** Base 32, for typing. */
      secret: z.string(),
      /** `otpauth://…`, for a QR code. */
      uri: z.string(),
    }),
  }),
  confirmSecondFactor: route({
    method: "post",
    path: "/second-factor/confirmation",
    tag: "Account",
    summary: "Turn the second factor on by a code of it. The backup codes are shown once.",
    access: "person",
    body: z.object({ code }),
    response: z.object({ backupCodes: z.array(z.string()) }),
  }),
  renewBackupCodes: route({
    method: "post",
    path: "/second-factor/backup-codes",
    tag: "Account",
    summary: "New backup codes, shown once; those before no longer work.",
    access: "person",
    body: z.object({ code }),
    response: z.object({ backupCodes: z.array(z.string()) }),
  }),
  endSecondFactor: route({
    method: "post",
    path: "/second-factor/end",
    tag: "Account",
    summary: "Turn the second factor off, by a code of it and the password.",
    access: "person",
    body: z.object({ code, password: password.optional().describe("Needed by who has one") }),
    status: 204,
    response: empty,
  }),
  listSessions: route({
    method: "get",
    path: "/sessions",
    tag: "Account",
    summary: "Where you are signed in.",
    access: "person",
    response: z.object({ sessions: z.array(ownSessionView) }),
  }),
  endOtherSessions: route({
    method: "delete",
    path: "/sessions",
    tag: "Account",
    summary: "Sign out everywhere but here.",
    access: "person",
    response: z.object({ ended: z.number().int() }),
  }),
  endOneSession: route({
    method: "delete",
    path: "/sessions/{session}",
    tag: "Account",
    summary: "Sign out one of your sessions.",
    access: "person",
    params: z.object({ session: z.string() }),
    status: 204,
    response: empty,
  }),
  listPasskeys: route({
    method: "get",
    path: "/passkeys",
    tag: "Account",
    summary: "Your passkeys.",
    access: "person",
    response: z.object({ passkeys: z.array(passkeyView) }),
  }),
  beginPasskey: route({
    method: "post",
    path: "/passkeys/options",
    tag: "Account",
    summary: "Begin to add a passkey. Needs a fresh sign-in or step-up.",
    access: "person",
    stepUp: "always",
    response: webAuthn,
  }),
  addPasskey: route({
    method: "post",
    path: "/passkeys",
    tag: "Account",
    summary: "Add a passkey.",
    access: "person",
    stepUp: "always",
    body: z.object({ name: plainLine(80), response: webAuthn }),
    status: 201,
    response: passkeyView,
  }),
  renamePasskey: route({
    method: "put",
    path: "/passkeys/{passkey}",
    tag: "Account",
    summary: "Name a passkey.",
    access: "person",
    params: z.object({ passkey: z.string() }),
    body: z.object({ name: plainLine(80) }),
    response: passkeyView,
  }),
  deletePasskey: route({
    method: "delete",
    path: "/passkeys/{passkey}",
    tag: "Account",
    summary: "Remove a passkey. Needs a fresh sign-in or step-up.",
    access: "person",
    stepUp: "always",
    params: z.object({ passkey: z.string() }),
    status: 204,
    response: empty,
  }),
  getSignInRules: route({
    method: "get",
    path: "/organizations/{organization}/sign-in-rules",
    tag: "Account",
    summary: "What the organization asks of those who sign in.",
    access: "organization",
    permission: "organization.read",
    params: organizationParams,
    response: signInRulesView,
  }),
  setSignInRules: route({
    method: "put",
    path: "/organizations/{organization}/sign-in-rules",
    tag: "Account",
    summary: "Ask every member for a second factor, or no longer.",
    access: "organization",
    permission: "sign-in.manage",
    stepUp: "always",
    params: organizationParams,
    body: signInRulesView,
    response: signInRulesView,
  }),
} as const;

export type SecondFactorView = z.output<typeof secondFactorView>;
export type OwnSessionView = z.output<typeof ownSessionView>;
export type PasskeyView = z.output<typeof passkeyView>;
