/**
 * One sign-in by an organization's provider: begun by a page of ours, finished where the provider sends
 * the browser back to.
 *
 * Trust: what comes back may be anybody's. It is believed only with the cookie of the browser that began,
 * once, within ten minutes, for the organization that it began with. State, nonce and PKCE verifier are
 * made from the cookie's token under a key of ours: nothing that is stored lets somebody else finish.
 */
import { createHash, createHmac } from "node:crypto";
import { BerthError } from "@berth/protocol";
import type { Kysely, Transaction } from "kysely";
import { isUniqueViolation } from "../../storage/constraint.ts";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";
import type { Trail } from "../../trail/trail.ts";
import { syncGroups } from "../groups/sync-groups.ts";
import type { AccessChanges } from "../membership/access-changes.ts";
import { lockRole } from "../membership/lock-role.ts";
import type { Connection, Connections } from "./connections.ts";
import { exchangeCode } from "./exchange-code.ts";
import { isSame } from "./id-token.ts";
import { linkPerson } from "./link-person.ts";
import type { ProviderMetadata, Providers } from "./provider.ts";
import { type PersonClaims, readClaims } from "./read-claims.ts";

export interface BegunFlow {
  readonly url: string;
  /** For the browser's cookie. */
  readonly token: string;
}

export interface FinishedFlow {
  readonly personId: string;
  readonly organizationId: string;
  readonly sessionExpiresAt: Date;
  readonly returnTo: string;
}

export interface CallbackQuery {
  readonly code?: string | undefined;
  readonly state?: string | undefined;
  readonly iss?: string | undefined;
  readonly error?: string | undefined;
}

export interface Flows {
  /** @throws SSO_NOT_OFFERED, SSO_PROVIDER_FAILED */
  begin(start: {
    readonly slug: string;
    readonly returnTo: string;
    readonly loginHint?: string;
  }): Promise<BegunFlow>;
  /** @throws SSO_REFUSED, SSO_PROVIDER_FAILED, SSO_NOT_OFFERED */
  finish(answer: {
    readonly slug: string;
    /** Of the browser's cookie. */
    readonly token: string | undefined;
    readonly query: CallbackQuery;
    readonly requestId: string;
  }): Promise<FinishedFlow>;
}

export const flowSeconds = 600;
const tokenBytes = 32;
const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

export function createFlows(options: {
  readonly kysely: Kysely<Schema>;
  readonly ground: Ground;
  readonly connections: Connections;
  readonly providers: Providers;
  readonly trail: Pick<Trail, "record">;
  readonly accessChanges: AccessChanges;
  /** 32 secret bytes, the same on every node. */
  readonly key: Uint8Array;
  /** Where the provider sends the browser back to, for an organization's slug. */
  readonly redirectUriOf: (slug: string) => string;
}): Flows {
  const { kysely, ground, connections, providers, trail, accessChanges } = options;
  const made = (purpose: "state" | "nonce" | "verifier", token: string) =>
    createHmac("sha256", options.key).update(`${purpose}\n${token}`).digest("base64url");

  async function getConnection(slug: string): Promise<Connection> {
    const connection = await connections.find(slug);
    if (connection !== undefined) return connection;
    throw new BerthError(
      "SSO_NOT_OFFERED",
      `There is no single sign-on for ${JSON.stringify(slug.slice(0, 64))}; sign in in another way.`,
    );
  }

  /** The cookie's flow, used up by this whatever comes next. */
  async function spend(token: string | undefined, organizationId: string) {
    const flow =
      token === undefined
        ? undefined
        : await kysely
            .deleteFrom("sso_flow")
            .where("token_hash", "=", hashOf(token))
            .returningAll()
            .executeTakeFirst();
    const isGood =
      token !== undefined &&
      flow !== undefined &&
      flow.organization_id === organizationId &&
      flow.expires_at.getTime() > ground.clock.now();
    if (isGood) return { token, returnTo: flow.return_to };
    throw new BerthError(
      "SSO_REFUSED",
      "This sign-in did not begin in this browser, was finished before, or began more than ten minutes ago; begin again.",
    );
  }

  function checkAnswer(query: CallbackQuery, token: string, metadata: ProviderMetadata): string {
    const refused = (why: string) =>
      new BerthError("SSO_REFUSED", `The provider's answer is refused: ${why}.`);
    if (!isSame(query.state ?? "", made("state", token))) {
      throw refused("its state is not the one that this browser began with");
    }
    // Another provider's answer, brought here, would carry its code to this one's token address (RFC 9207).
    const isAnnounced = metadata.authorization_response_iss_parameter_supported === true;
    if (query.iss === undefined ? isAnnounced : query.iss !== metadata.issuer) {
      throw refused("it does not name the issuer (iss) that was asked");
    }
    if (query.error !== undefined) {
      throw refused(`it says ${JSON.stringify(query.error.slice(0, 60))}`);
    }
    if (query.code === undefined || query.code === "") throw refused("it has no code");
    return query.code;
  }

  /** @returns the role that they had, when the provider's claims gave them another */
  async function followRole(
    trx: Transaction<Schema>,
    organizationId: string,
    { personId, role }: { readonly personId: string; readonly role: string | undefined },
  ): Promise<string | undefined> {
    if (role === undefined) return undefined;
    const held = await lockRole(trx, { organizationId, personId });
    // An ownership was given here, and is not taken from outside.
    if (held === undefined || held === "owner" || held === role) return undefined;
    await trx
      .updateTable("member")
      .set({ role })
      .where("organizationId", "=", organizationId)
      .where("userId", "=", personId)
      .execute();
    return held;
  }

  async function admit(connection: Connection, claims: PersonClaims, requestId: string) {
    const { organizationId } = connection;
    const { personId, hasChanged } = await kysely.transaction().execute(async (trx) => {
      const linked = await linkPerson({ trx, connection, claims, ground });
      const { role } = claims;
      const from = await followRole(trx, organizationId, { personId: linked.personId, role });
      const isMoved =
        claims.groups !== undefined &&
        (await syncGroups(
          trx,
          { organizationId, personId: linked.personId, source: "sso", names: claims.groups },
          ground,
        ));
      await connections.noteSuccess(trx, organizationId);
      await trail.record(trx, {
        action: linked.isNew ? "single-sign-on.join" : "single-sign-on.sign-in",
        organizationId,
        actor: { kind: "person", id: linked.personId, by: "sso" },
        target: { kind: "person", id: linked.personId },
        ...(from === undefined ? {} : { details: { role: { from, to: role ?? from } } }),
        personal: { personId: linked.personId, fields: { subject: claims.subject } },
        requestId,
      });
      return { ...linked, hasChanged: linked.isNew || from !== undefined || isMoved };
    });
    if (hasChanged) await accessChanges.tell({ organizationId, personIds: [personId] });
    return personId;
  }

  return {
    async begin({ slug, returnTo, loginHint }) {
      const connection = await getConnection(slug);
      const metadata = await providers.metadata(connection.issuer);
      const token = Buffer.from(ground.random(tokenBytes)).toString("base64url");
      const now = ground.clock.now();
      await kysely.deleteFrom("sso_flow").where("expires_at", "<=", new Date(now)).execute();
      await kysely
        .insertInto("sso_flow")
        .values({
          token_hash: hashOf(token),
          organization_id: connection.organizationId,
          return_to: returnTo,
          expires_at: new Date(now + flowSeconds * 1_000),
        })
        .execute();
      const url = new URL(metadata.authorization_endpoint);
      const challenge = createHash("sha256").update(made("verifier", token)).digest("base64url");
      const parameters = {
        response_type: "code",
        client_id: connection.clientId,
        redirect_uri: options.redirectUriOf(slug),
        scope: [...new Set(["openid", ...connection.scopes])].join(" "),
        state: made("state", token),
        nonce: made("nonce", token),
        code_challenge: challenge,
        code_challenge_method: "S256",
        ...(loginHint === undefined ? {} : { login_hint: loginHint }),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return { url: url.href, token };
    },

    async finish({ slug, token: sent, query, requestId }) {
      const connection = await getConnection(slug);
      const { token, returnTo } = await spend(sent, connection.organizationId);
      try {
        const metadata = await providers.metadata(connection.issuer);
        const claims = await exchangeCode(
          {
            ...{ connection, metadata, code: checkAnswer(query, token, metadata) },
            ...{ verifier: made("verifier", token), nonce: made("nonce", token) },
            redirectUri: options.redirectUriOf(slug),
          },
          { providers, clock: ground.clock },
        );
        const person = readClaims(claims, connection);
        const personId = await admit(connection, person, requestId).catch((error: unknown) => {
          // Somebody who came by two windows at once was made by the other: now they are known.
          if (isUniqueViolation(error)) return admit(connection, person, requestId);
          throw error;
        });
        const lifeMs = connection.sessionHours * 3_600_000;
        return {
          personId,
          organizationId: connection.organizationId,
          sessionExpiresAt: new Date(ground.clock.now() + lifeMs),
          returnTo,
        };
      } catch (error) {
        // An administrator sees why; the browser is told a code only.
        if (error instanceof BerthError) {
          await connections.noteFailure(connection.organizationId, error.message);
        }
        throw error;
      }
    },
  };
}
