/**
 * Endpoints of better-auth's that only this server calls: they open a session for someone whose
 * identity was proven here, and give a session's cookie anew.
 */
import { APIError, createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import * as z from "zod";

const openBody = z.object({
  personId: z.string(),
  now: z.date(),
  expiresAt: z.date(),
  secondFactorAt: z.date().nullable(),
  address: z.string(),
  userAgent: z.string(),
});

export function sessionOpener() {
  return {
    id: "berth-session-opener",
    endpoints: {
      openSession: createAuthEndpoint(
        "/berth/open-session",
        { method: "POST", body: openBody, metadata: { SERVER_ONLY: true } },
        async (context) => {
          const { internalAdapter } = context.context;
          const { personId, now, expiresAt, secondFactorAt, address, userAgent } = context.body;
          const user = await internalAdapter.findUserById(personId);
          if (user === null) throw new APIError("UNAUTHORIZED");
          const fields = {
            ...{ createdAt: now, updatedAt: now, lastSeenAt: now, provedAt: now },
            ...{ expiresAt, secondFactorAt, ipAddress: address, userAgent },
          };
          const session = await internalAdapter.createSession(user.id, false, fields, true);
          await setSessionCookie(context, { session, user });
          return context.json({ personId: user.id, sessionId: session.id });
        },
      ),
      giveSessionCookie: createAuthEndpoint(
        "/berth/give-session-cookie",
        {
          method: "POST",
          body: z.object({ token: z.string() }),
          metadata: { SERVER_ONLY: true },
        },
        async (context) => {
          const found = await context.context.internalAdapter.findSession(context.body.token);
          if (found === null) throw new APIError("UNAUTHORIZED");
          await setSessionCookie(context, found);
          return context.json({ personId: found.user.id });
        },
      ),
    },
  };
}
