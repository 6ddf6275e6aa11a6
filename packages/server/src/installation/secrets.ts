/**
 * Secrets of installations: written, never read back, given to the app alone.
 *
 * Trust: values are sealed with the installation's data key before they are stored anywhere, the run
 * journal included. What the API shows is a keyed fingerprint.
 */
import { BerthError, type ParsedManifest } from "@berth/protocol";
import type { KeyRing } from "../storage/keys.ts";

export interface SealedSecret {
  readonly name: string;
  readonly sealed: Uint8Array;
  readonly fingerprint: string;
}

const contextOf = (installationId: string, name: string) => `secret/${installationId}/${name}`;

export function sealSecret(
  keys: KeyRing,
  secret: {
    readonly installationId: string;
    readonly dataKey: string;
    readonly name: string;
    readonly value: string;
  },
): SealedSecret {
  const { installationId, dataKey, name, value } = secret;
  return {
    name,
    sealed: keys.seal(dataKey, new TextEncoder().encode(value), contextOf(installationId, name)),
    fingerprint: keys.fingerprint(dataKey, value),
  };
}

export function openSecret(
  keys: KeyRing,
  secret: {
    readonly installationId: string;
    readonly dataKey: string;
    readonly name: string;
    readonly sealed: Uint8Array;
  },
): string {
  const { installationId, dataKey, name, sealed } = secret;
  return new TextDecoder().decode(keys.open(dataKey, sealed, contextOf(installationId, name)));
}

/** @throws CONFIG_INVALID naming a secret that the app does not have */
export function checkSecretName(manifest: Pick<ParsedManifest, "server">, name: string): void {
  const known = (manifest.server?.secrets ?? []).map((secret) => secret.name);
  if (known.includes(name)) return;
  const mend = known.length === 0 ? "it has none" : `expected one of ${known.join(", ")}`;
  throw new BerthError("CONFIG_INVALID", `The app has no secret "${name.slice(0, 80)}"; ${mend}.`, {
    details: { secret: name.slice(0, 80), known },
  });
}

/** @throws CONFIG_INVALID naming a secret that the app does not have, or cannot do without */
export function checkSecrets(
  manifest: Pick<ParsedManifest, "server">,
  given: Readonly<Record<string, string>>,
): void {
  for (const name of Object.keys(given)) checkSecretName(manifest, name);
  for (const { name, optional } of manifest.server?.secrets ?? []) {
    if (optional === true || (Object.hasOwn(given, name) && given[name] !== "")) continue;
    throw new BerthError(
      "CONFIG_INVALID",
      `secrets.${name} is missing, and the app does not work without it; set it.`,
      { details: { secret: name } },
    );
  }
}
