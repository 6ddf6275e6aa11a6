/**
 * The token by which a view reaches its function's host: short-lived, bound to one installation,
 * one person and one view, and checked without a database.
 *
 * Trust: a token comes from a page. Its text is believed only under our HMAC; verified texts are
 * remembered, so that a warm request hashes nothing.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { viewTokenSeconds } from "@berth/protocol";
import type { Ground } from "../storage/ground.ts";

export interface ViewClaims {
  readonly installation: string;
  /** The person's pseudonym in this installation. */
  readonly member: string;
  /** The view's name. */
  readonly instance: string;
  /** A name for the session in which it was asked for; empty when an API key asked. */
  readonly session: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface ViewTokens {
  mint(subject: Omit<ViewClaims, "expiresAt" | "session"> & { readonly session?: string }): {
    readonly token: string;
    readonly expiresAt: number;
  };
  /** Undefined for a token that is forged, expired, of an ended session or for another installation. */
  verify(token: string, installationId: string): ViewClaims | undefined;
  /** The session's name in claims: tells nothing about the session itself. */
  nameSession(sessionId: string): string;
  /** From now on no token of that session is good on this node. @returns its name */
  endSession(sessionId: string): string;
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
const maxRemembered = 10_000;

export function createViewTokens({ key, ground }: ViewTokenOptions): ViewTokens {
  const remembered = new Map<string, ViewClaims>();
  /** Names of sessions, with when the last token of each is over. */
  const ended = new Map<string, number>();
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
    const [installation, member, instance, expiresAt, session = ""] = JSON.parse(
      Buffer.from(payload, "base64url").toString(),
    ) as [string, string, string, number, string?];
    return { installation, member, instance, expiresAt, session };
  }

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
    mint({ installation, member, instance, session = "" }) {
      const expiresAt = ground.clock.now() + viewTokenSeconds * 1_000;
      const payload = Buffer.from(
        JSON.stringify([installation, member, instance, expiresAt, session]),
      ).toString("base64url");
      return { token: `${version}.${payload}.${mac(version, payload)}`, expiresAt };
    },
    verify(token, installationId) {
      const known = remembered.get(token);
      const claims = known ?? read(token);
      if (claims === undefined || claims.installation !== installationId) return undefined;
      if (claims.expiresAt <= ground.clock.now() || ended.has(claims.session)) {
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
