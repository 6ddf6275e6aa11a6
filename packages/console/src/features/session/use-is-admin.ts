import { useSignedIn } from "./use-signed-in.ts";

/** Whether to offer what only owners and admins may do. The server decides; this is a courtesy. */
export function useIsAdmin(): boolean {
  const role = useSignedIn().organization?.role;
  return role === "owner" || role === "admin";
}
