/**
 * The token by which a view reaches its function's host: short-lived, bound to one installation,
 * one person and one view, and checked without a database.
 *
 * Trust: a token comes from a page. Its text is believed only under our HMAC; verified texts are
 * remembered, so that a warm request hashes nothing. Who is behind it is sealed in it: a page that
 * reads its own token learns no person's id, and no node needs a database to know.
 */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";
import { viewTokenSeconds } from "@berth/protocol";
import type { Ground } from "../storage/ground.ts";

/** Who is behind a view. */
export interface ViewPerson {
  readonly id: string;
  /** When they last proved a second factor in the session that opened it; null: never. */
  readonly secondFactorAt: number | null;
}

export interface ViewClaims {
  readonly installation: string;
  /** The person's pseudonym in this installation. */
  readonly member: string;
  /** The view's name. */
  readonly instance: string;
  /** A name for the session in which it was asked for, or for the API key. */
  readonly session: string;
  /** Undefined in a token of a release that did not say. */
  readonly person: ViewPerson | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface ViewTokens {
  mint(
    subject: Omit<ViewClaims, "expiresAt" | "session" | "person"> & {
      readonly session?: string;
      readonly person?: ViewPerson;
    },
  ): {
    readonly token: string;
    readonly expiresAt: number;
  };
  /** Undefined for a token that is forged, expired, of an ended session or for another installation. */
  verify(token: string, installationId: string): ViewClaims | undefined;
  /** The session's name in claims: tells nothing about the session itself. */
  nameSession(sessionId: string): string;
  /** From now on no token of that session is good on this node. @returns its name */
  endSession(sessionId: string): string;
  /** From now on no token that was minted before is good for this member of an installation. */
  endMember(installationId: string, member: string): void;
  /** A new unguessable name of a view, of this person in this installation. */
  createInstance(installationId: string, personId: string): string;
  /** True for a name that `createInstance` made for the same person and installation. */
  isInstance(instance: string, installationId: string, personId: string): boolean;
}

export interface ViewTokenOptions {
  /** 32 secret bytes; the same on every node. */
  readonly key: Uint8Array;
  readonly ground: Pick<Ground, "clock" | "random">;
}

const version = "bv1";
const maxTokenLength = 1_024;
const personCipher = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;
const maxRemembered = 10_000;

export function createViewTokens({ key, ground }: ViewTokenOptions): ViewTokens {
  const remembered = new Map<string, ViewClaims>();
  const personKey = createHmac("sha256", key).update("view-person").digest();
  /** Names of sessions, with when the last token of each is over. */
  const ended = new Map<string, number>();
  /** Members of installations, with when they lost what their tokens stood for. */
  const endedMembers = new Map<string, number>();
  const nameSession = (sessionId: string) => mac("view-session", sessionId).slice(0, 22);
  const mac = (purpose: string, text: string) =>
    createHmac("sha256", key).update(`${purpose}\n${text}`).digest("base64url");

  function remember(token: string, claims: ViewClaims): void {
    if (remembered.size >= maxRemembered) {
      const oldest = remembered.keys().next().value;
      if (oldest !== undefined) remembered.delete(oldest);
    }
    remembered.set(token, claims);
  }

  function read(token: string): ViewClaims | undefined {
    if (token.length > maxTokenLength) return undefined;
    const [head, payload, tag, ...rest] = token.split(".");
    if (head !== version || !payload || !tag || rest.length > 0) return undefined;
    if (!isEqual(tag, mac(version, payload))) return undefined;
    // Ours, as the tag says.
    const [installation, member, instance, expiresAt, session = "", sealed = ""] = JSON.parse(
      Buffer.from(payload, "base64url").toString(),
    ) as [string, string, string, number, string?, string?];
    const person = sealed === "" ? undefined : openPerson(sealed);
    return { installation, member, instance, expiresAt, session, person };
  }

  function sealPerson({ id, secondFactorAt }: ViewPerson): string {
    const nonce = ground.random(nonceBytes);
    const cipher = createCipheriv(personCipher, personKey, nonce);
    const text = cipher.update(JSON.stringify([id, secondFactorAt]));
    return Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]).toString("base64url");
  }

  function openPerson(sealed: string): ViewPerson {
    const bytes = Buffer.from(sealed, "base64url");
    const decipher = createDecipheriv(personCipher, personKey, bytes.subarray(0, nonceBytes));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    const text = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
    const [id, secondFactorAt] = JSON.parse(Buffer.concat([text, decipher.final()]).toString()) as [
      string,
      number | null,
    ];
    return { id, secondFactorAt };
  }

  const nameMember = (installationId: string, member: string) => `${installationId}\n${member}`;
  const isMemberEnded = ({ installation, member, expiresAt }: ViewClaims) => {
    if (endedMembers.size === 0) return false;
    const endedAt = endedMembers.get(nameMember(installation, member));
    return endedAt !== undefined && expiresAt - viewTokenSeconds * 1_000 <= endedAt;
  };
  const tagOf = (name: string, installationId: string, personId: string) =>
    mac("view-instance", `${installationId}\n${personId}\n${name}`).slice(0, 22);

  return {
    nameSession,
    endSession(sessionId) {
      const now = ground.clock.now();
      for (const [name, until] of ended) if (until <= now) ended.delete(name);
      const name = nameSession(sessionId);
      ended.set(name, now + viewTokenSeconds * 1_000);
      return name;
    },
    endMember(installationId, member) {
      const now = ground.clock.now();
      const oldest = now - viewTokenSeconds * 1_000;
      // In the order of their ends, so that the first that may still matter is the last to look at.
      for (const [name, endedAt] of endedMembers) {
        if (endedAt > oldest) break;
        endedMembers.delete(name);
      }
      const name = nameMember(installationId, member);
      endedMembers.delete(name);
      endedMembers.set(name, now);
    },
    mint({ installation, member, instance, session = "", person }) {
      const expiresAt = ground.clock.now() + viewTokenSeconds * 1_000;
      const payload = Buffer.from(
        JSON.stringify([
          ...[installation, member, instance, expiresAt, session],
          ...(person === undefined ? [] : [sealPerson(person)]),
        ]),
      ).toString("base64url");
      return { token: `${version}.${payload}.${mac(version, payload)}`, expiresAt };
    },
    verify(token, installationId) {
      const known = remembered.get(token);
      const claims = known ?? read(token);
      if (claims === undefined || claims.installation !== installationId) return undefined;
      const isEnded = ended.has(claims.session) || isMemberEnded(claims);
      if (claims.expiresAt <= ground.clock.now() || isEnded) {
        remembered.delete(token);
        return undefined;
      }
      if (known === undefined) remember(token, claims);
      return claims;
    },
    createInstance(installationId, personId) {
      const name = Buffer.from(ground.random(12)).toString("base64url");
      return `${name}.${tagOf(name, installationId, personId)}`;
    },
    isInstance(instance, installationId, personId) {
      const [name, tag, ...rest] = instance.split(".");
      if (!name || !tag || rest.length > 0) return false;
      return isEqual(tag, tagOf(name, installationId, personId));
    },
  };
}

function isEqual(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
