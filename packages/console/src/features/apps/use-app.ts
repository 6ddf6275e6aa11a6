import type { ApiRoutes, RouteOutput } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import type { AppParams } from "./app-params.ts";

export type AppDetail = RouteOutput<ApiRoutes["getApp"]>;

export function useApp({ publisher, name }: AppParams): UseQueryResult<AppDetail> {
  const api = useApi();
  return useQuery({
    queryKey: ["app", publisher, name],
    queryFn: ({ signal }) => api.call("getApp", { params: { publisher, name } }, { signal }),
  });
}
