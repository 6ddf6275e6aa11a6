/** Makes an instance's permissions of its source's grants, its manifest and the host's own word. */
import {
  type AccessRequest,
  type ParsedManifest,
  permissionsAsked,
  type UiResource,
  type ViewContext,
} from "@berth/protocol";
import {
  PermissionManager,
  type PermissionManagerOptions,
} from "../permissions/permission-manager.ts";
import { scopeMemory } from "../permissions/permission-memory.ts";
import type { AskPermission } from "../permissions/permission-requests.ts";
import { basicUiGrants } from "../permissions/ui-grants.ts";
import type { AppSource } from "./app-source.ts";
import type { ResolvedConfig } from "./config.ts";

/** What the host page says about permissions, for all its apps. */
export interface PermissionHost
  extends Pick<PermissionManagerOptions, "subject" | "dataClassOf" | "maxAttempts"> {
  /** Shows a prompt for an optional permission. Default: nobody is asked, and it is denied. */
  readonly askPermission?: AskPermission;
}

export interface OpenPermissionsOptions {
  readonly instance: string;
  readonly manifest: ParsedManifest;
  readonly source: Pick<AppSource, "grants">;
  readonly config: Pick<ResolvedConfig, "clock" | "permissions" | "permissionMemory">;
}

const show = (resource: UiResource): AccessRequest => ({ type: "ui", resource, action: "show" });

export const navigateAccess = Object.freeze(show("navigate"));
export const modalAccess = Object.freeze(show("modal"));

export function placementAccess(kind: ViewContext["placement"]["kind"]): AccessRequest {
  return show(`placement/${kind}`);
}

export function openPermissions(options: OpenPermissionsOptions): PermissionManager {
  const { instance, manifest, source, config } = options;
  const { askPermission, ...known } = config.permissions;
  const { id, name, version, publisher } = manifest;
  const asked = permissionsAsked(manifest);
  return new PermissionManager({
    ...known,
    clock: config.clock,
    grants: [...source.grants, ...basicUiGrants(asked)],
    prompt: {
      instance,
      asked,
      app: { id, name, ...(publisher === undefined ? {} : { publisher }) },
      // An answer is one release's in one place: the next release asks for itself.
      memory: scopeMemory(config.permissionMemory, [instance, publisher ?? "", id, version]),
      ...(askPermission === undefined ? {} : { askPermission }),
    },
  });
}
