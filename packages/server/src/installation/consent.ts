/**
 * Consent: an admin saw one package and its permissions, and answered each.
 *
 * Trust: the request says what was shown; only the manifest says what is asked. Grants are made of
 * the manifest's permissions, never of the request's text.
 */
import {
  BerthError,
  conditionsKey,
  type Digest,
  type GrantConditions,
  type ParsedManifest,
  type Permission,
  permissionKey,
  permissionsAsked,
} from "@berth/protocol";

export interface ShownPermission {
  readonly type: string;
  readonly resource: string;
  readonly actions: readonly string[];
  readonly conditions?: Readonly<Record<string, unknown>> | undefined;
  readonly isGranted: boolean;
}

export interface Consent {
  readonly digest: string;
  readonly permissions: readonly ShownPermission[];
}

/**
 * The permissions that were granted, in the manifest's order.
 *
 * @throws CONSENT_MISMATCH with the difference in its details; CONSENT_REFUSED naming a permission
 * that the app cannot do without
 */
export function checkConsent(
  consent: Consent,
  release: { readonly digest: Digest; readonly version: string; readonly manifest: ParsedManifest },
): readonly Permission[] {
  if (consent.digest !== release.digest) {
    throw new BerthError(
      "CONSENT_MISMATCH",
      `Consent was given to the package ${consent.digest}, but version ${release.version} is ${release.digest}; show that release and ask again.`,
      {
        details: { shownDigest: consent.digest, digest: release.digest, version: release.version },
      },
    );
  }
  const answers = new Map<string, boolean>();
  const repeated: string[] = [];
  for (const shown of consent.permissions) {
    // The key is a text over three fields; the fields' kinds do not matter for comparing.
    const key = consentKey(shown as unknown as Permission);
    if (answers.has(key)) repeated.push(key);
    answers.set(key, shown.isGranted);
  }
  const asked = new Map(permissionsAsked(release.manifest).map((each) => [consentKey(each), each]));
  const notShown = [...asked.keys()].filter((key) => !answers.has(key));
  const notAsked = [...answers.keys()].filter((key) => !asked.has(key));
  if (notShown.length > 0 || notAsked.length > 0 || repeated.length > 0) {
    throw new BerthError(
      "CONSENT_MISMATCH",
      `The permissions that were shown are not those that the app asks for: ${describe({ notShown, notAsked, repeated })}. Show all that the release asks for and ask again.`,
      { details: { notShown, notAsked, repeated } },
    );
  }
  const refused = [...asked.values()].filter(
    (permission) => permission.optional !== true && answers.get(consentKey(permission)) !== true,
  );
  const first = refused[0];
  if (first !== undefined) {
    throw new BerthError(
      "CONSENT_REFUSED",
      `The app does not work without "${permissionKey(first)}", which was refused; grant it, or do not install the app.`,
      { details: { refused: refused.map(permissionKey) } },
    );
  }
  return [...asked.values()].filter((each) => answers.get(consentKey(each)) === true);
}

/** What an answer is bound to: what is reached, and under which conditions. */
function consentKey(permission: Permission): string {
  const conditions = conditionsKey(permission.conditions as GrantConditions | undefined);
  return `${permissionKey(permission)}${conditions === "" ? "" : ` if ${conditions}`}`;
}

function describe(difference: Readonly<Record<string, readonly string[]>>): string {
  const names: Readonly<Record<string, string>> = {
    notShown: "not shown",
    notAsked: "not asked for",
    repeated: "answered twice",
  };
  return Object.entries(difference)
    .filter(([, keys]) => keys.length > 0)
    .map(
      ([name, keys]) =>
        `${names[name]} ${keys
          .slice(0, 5)
          .map((key) => `"${key}"`)
          .join(", ")}`,
    )
    .join("; ");
}
