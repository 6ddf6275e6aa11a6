import { isBerthError } from "@berth/protocol";
import type { SessionView } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { sessionKey } from "./session-key.ts";

/** Who is signed in; `null` when nobody is. */
export function useSession(): UseQueryResult<SessionView | null> {
  const api = useApi();
  return useQuery({
    queryKey: sessionKey,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      try {
        return await api.call("getSession", {}, { signal });
      } catch (error) {
        if (isBerthError(error, "AUTH_REQUIRED")) return null;
        throw error;
      }
    },
  });
}
