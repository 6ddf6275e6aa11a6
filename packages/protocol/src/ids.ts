/**
 * Branded identifiers. Only the parsers here make them, so a value of one of these
 * types has been checked.
 */
import { BerthError } from "./errors.ts";

declare const idBrand: unique symbol;
type Branded<Name extends string> = string & { readonly [idBrand]: Name };

/** 26 lower-case base-32 characters after a prefix; made by the server, unguessable. */
export type InstallationId = Branded<"InstallationId">;
export type OrganizationId = Branded<"OrganizationId">;
export type RunId = Branded<"RunId">;
export type ReleaseId = Branded<"ReleaseId">;
/** `publisher/name`. */
export type AppName = Branded<"AppName">;
/** A SHA-256 as 64 lower-case hexadecimal digits. */
export type Digest = Branded<"Digest">;

const slug = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const digest = /^[0-9a-f]{64}$/;

/** Prefixes of the ids that the server makes; an installation's id is also a DNS label. */
export const idPrefixes = Object.freeze({
  installation: "i",
  organization: "org",
  run: "run",
  release: "rel",
  publisher: "pub",
  key: "key",
  app: "app",
});

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * A new id from 16 random bytes: prefix, then 26 Crockford base-32 digits (130 bits
 * wide, 128 used). No separator, so that it is a DNS label as it stands.
 */
export function createId(prefix: string, random: Uint8Array): string {
  let bits = 0;
  let held = 0;
  let text = prefix;
  for (const byte of random.subarray(0, 16)) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(held >> bits) & 31];
      held &= (1 << bits) - 1;
    }
  }
  return text + alphabet[(held << (5 - bits)) & 31];
}

function parser<T extends string>(what: string, pattern: RegExp, example: string) {
  return (value: unknown): T => {
    if (typeof value === "string" && pattern.test(value)) return value as T;
    throw new BerthError(
      "REQUEST_INVALID",
      `${what} is ${JSON.stringify(value) ?? "missing"}; expected the form ${example}.`,
    );
  };
}

const made = (prefix: string) => new RegExp(`^${prefix}[0-9a-hjkmnp-tv-z]{26}$`);

export const parseInstallationId = parser<InstallationId>(
  "The installation id",
  made("i"),
  "i01j…",
);
export const parseOrganizationId = parser<OrganizationId>(
  "The organization id",
  /^[A-Za-z0-9_-]{1,64}$/,
  "org01j…",
);
export const parseRunId = parser<RunId>("The run id", made("run"), "run01j…");
export const parseReleaseId = parser<ReleaseId>("The release id", made("rel"), "rel01j…");
export const parseDigest = parser<Digest>("The digest", digest, "64 lower-case hexadecimal digits");

export function isSlug(value: string): boolean {
  return slug.test(value);
}

/** Parses `publisher/name`; both halves are slugs. */
export function parseAppName(value: unknown): AppName {
  if (typeof value === "string") {
    const [publisher, name, ...rest] = value.split("/");
    if (publisher && name && rest.length === 0 && isSlug(publisher) && isSlug(name)) {
      return value as AppName;
    }
  }
  throw new BerthError(
    "REQUEST_INVALID",
    `The app's name is ${JSON.stringify(value) ?? "missing"}; expected publisher/name, both of lower-case letters, digits and dashes.`,
  );
}
