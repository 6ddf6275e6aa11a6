import { useSignedIn } from "../session/use-signed-in.ts";

/** Whether to offer granting and revoking. The server decides; this is a courtesy. */
export function useMayManageGrants(): boolean {
  return useSignedIn().organization?.permissions.includes("grants.manage") === true;
}
