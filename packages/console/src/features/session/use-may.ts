import type { OperatorPermission, OrganizationPermission } from "@berth/protocol/api";
import { useSignedIn } from "./use-signed-in.ts";

/** Whether to offer what needs a permission in the organization shown. The server decides; this is a courtesy. */
export function useMay(permission: OrganizationPermission): boolean {
  return useSignedIn().organization?.permissions.includes(permission) === true;
}

/** The same for what concerns the whole host. */
export function useMayOnHost(permission: OperatorPermission): boolean {
  return useSignedIn().session.operatorPermissions.includes(permission);
}
