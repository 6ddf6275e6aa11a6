import type { AuditAnchorView } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";

/** Where checkpoints of the log are kept, as the node that answers knows it. For operators. */
export function useAuditAnchors(): UseQueryResult<{
  readonly size: number;
  readonly anchors: readonly AuditAnchorView[];
}> {
  const api = useApi();
  return useQuery({
    queryKey: ["audit", "anchors"],
    // A checkpoint is taken each minute.
    refetchInterval: 60_000,
    queryFn: ({ signal }) => api.call("listAuditAnchors", {}, { signal }),
  });
}
