import type { OwnSessionView } from "@berth/protocol/api";
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useToast } from "../../ui/use-toast.ts";
import { useApi } from "../api/use-api.ts";

const sessionsKey = ["sessions"] as const;

export function useSessions(): UseQueryResult<readonly OwnSessionView[]> {
  const api = useApi();
  return useQuery({
    queryKey: sessionsKey,
    queryFn: async ({ signal }) => (await api.call("listSessions", {}, { signal })).sessions,
  });
}

/** Of one session by its id, or of all others. */
export function useEndSession(): UseMutationResult<unknown, Error, string | "others"> {
  const api = useApi();
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: (session): Promise<unknown> =>
      session === "others"
        ? api.call("endOtherSessions")
        : api.call("endOneSession", { params: { session } }),
    onSuccess: async () => {
      toast.success(t("sessions.ended"));
      await cache.invalidateQueries({ queryKey: sessionsKey });
    },
    onError: (error) => toast.failure(error),
  });
}
