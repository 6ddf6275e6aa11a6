/** Who acts, for the audit log, from what the API knows of a request. */
import type { ActOrigin } from "../trail/trail.ts";
import { type ApiContext, callerOf } from "./api.ts";

/** What Berth does by itself: at its start, or when an app crashes. */
export const bySystem: ActOrigin = Object.freeze({
  actor: Object.freeze({ kind: "system", id: "berth" }),
});

/** The caller of a route that is not public, with the address and the request that they came by. */
export function originOf(context: ApiContext): ActOrigin {
  const { kind, personId, by, keyId, sessionId } = callerOf(context);
  return personOrigin(context, { kind, personId, by, credentialId: keyId ?? sessionId });
}

/** Of a public route, once the person is known. */
export function personOrigin(
  context: Pick<ApiContext, "address" | "requestId">,
  person: {
    /** Default `person`. */
    readonly kind?: "person" | "service";
    readonly personId: string;
    readonly by?: NonNullable<ActOrigin["actor"]["by"]>;
    readonly credentialId?: string | undefined;
  },
): ActOrigin {
  const { address, requestId } = context;
  const { kind = "person", personId, by, credentialId } = person;
  return {
    actor: {
      kind,
      id: personId,
      ...(by === undefined ? {} : { by }),
      ...(credentialId === undefined ? {} : { credentialId }),
      ...(address === null ? {} : { address }),
    },
    requestId,
  };
}
