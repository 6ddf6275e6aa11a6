/**
 * An app's source where no Berth server is: its module lies at `entryPoint`, relative to the
 * page, and the page that names the manifest thereby grants what it asks for.
 */
import {
  type AppManifest,
  type Grant,
  grantedBy,
  parseManifest,
  permissionsAsked,
} from "@berth/protocol";
import type { AppSource, BundleSource, LocalCapabilities } from "./app-source.ts";

export interface SourceOfManifestOptions {
  /** Default: `entryPoint`, relative to the page. */
  readonly bundle?: BundleSource;
  /** Default: what the manifest asks for. */
  readonly grants?: readonly Grant[];
  /**
   * Whether the default grants hold optional permissions from the start, or the view asks for them
   * (`askPermission`) when it needs them. Default `granted`.
   */
  readonly optionalPermissions?: "granted" | "asked";
  readonly api?: AppSource["api"];
  readonly capabilities?: LocalCapabilities;
  readonly html?: AppSource["html"];
}

/** @throws BerthError MANIFEST_INVALID */
export function sourceOfManifest(
  manifest: AppManifest,
  options: SourceOfManifestOptions = {},
): AppSource {
  const parsed = parseManifest(manifest);
  const areAsked = options.optionalPermissions === "asked";
  const granted = permissionsAsked(parsed)
    .filter(({ optional }) => !(areAsked && optional === true))
    .map((permission, index): Grant => ({ id: `page-${index}`, ...grantedBy(permission) }));
  return {
    manifest,
    bundle: options.bundle ?? { url: parsed.entryPoint ?? "" },
    frame: { srcdoc: true },
    grants: options.grants ?? granted,
    ...(options.api === undefined ? {} : { api: options.api }),
    ...(options.capabilities === undefined ? {} : { capabilities: options.capabilities }),
    ...(options.html === undefined ? {} : { html: options.html }),
  };
}
