/** What the operator's support does for somebody who cannot sign in, or whose account was taken. */
import * as z from "zod";
import { ownSessionView } from "./account.ts";
import { empty, instant } from "./registry.ts";
import { route } from "./route.ts";

export const supportView = z.object({
  person: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  sessions: z.array(ownSessionView.omit({ isCurrent: true })),
  hasSecondFactor: z.boolean(),
  passkeys: z.number().int(),
  /** Sign-in by password is refused until then; null: it is not. */
  lockedUntil: instant.nullable(),
});

const guard = { access: "operator", permission: "people.support", tag: "Support" } as const;
const params = z.object({ person: z.string().describe("The person's id or e-mail address") });

export const supportRoutes = {
  getPersonSignIn: route({
    ...guard,
    method: "get",
    path: "/people/{person}/sign-in",
    summary: "How a person signs in, and where they are signed in.",
    params,
    response: supportView,
  }),
  liftLockOut: route({
    ...guard,
    method: "delete",
    path: "/people/{person}/lock-out",
    summary: "Let a person try their password again at once.",
    params,
    status: 204,
    response: empty,
  }),
  removePersonSecondFactor: route({
    ...guard,
    method: "delete",
    path: "/people/{person}/second-factor",
    stepUp: "where-asked",
    summary:
      "Remove the second factor of somebody who lost it, and end their sessions. Only for people who may do no more on this host than you.",
    params,
    status: 204,
    response: empty,
  }),
} as const;

export type SupportView = z.output<typeof supportView>;
