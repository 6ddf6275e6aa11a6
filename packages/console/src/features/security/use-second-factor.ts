import type { SecondFactorView } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { useSession } from "../session/use-session.ts";

export const secondFactorKey = ["second-factor"] as const;

export function useSecondFactor(): UseQueryResult<SecondFactorView> {
  const api = useApi();
  const session = useSession();
  return useQuery({
    queryKey: secondFactorKey,
    staleTime: 60_000,
    // Elsewhere proven, it is no matter of this session's.
    enabled: session.data?.by === "session",
    queryFn: ({ signal }) => api.call("getSecondFactor", {}, { signal }),
  });
}
