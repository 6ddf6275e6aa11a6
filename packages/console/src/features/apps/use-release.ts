import type { ReleaseDetail } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import type { AppParams } from "./app-params.ts";

/** One release with everything that consent shows; `latest` names the newest. */
export function useRelease(
  { publisher, name }: AppParams,
  version: string,
): UseQueryResult<ReleaseDetail> {
  const api = useApi();
  return useQuery({
    queryKey: ["release", publisher, name, version],
    queryFn: ({ signal }) =>
      api.call("getRelease", { params: { publisher, name, version } }, { signal }),
  });
}
