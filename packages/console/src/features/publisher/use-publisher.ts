import type { ApiRoutes, RouteOutput } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";

export type PublisherDetail = RouteOutput<ApiRoutes["getPublisher"]>;

export function usePublisher(publisher: string): UseQueryResult<PublisherDetail> {
  const api = useApi();
  return useQuery({
    queryKey: ["publisher", publisher],
    queryFn: ({ signal }) => api.call("getPublisher", { params: { publisher } }, { signal }),
  });
}
