import { useSession } from "../session/use-session.ts";

/** Also outside the shell, such as right after signing in by a link. */
export function useSignedInEmail(): string {
  return useSession().data?.person.email ?? "";
}
