/** Server state: what is cached, and when a failed call is tried again. */
import { isBerthError } from "@berth/protocol";
import { QueryCache, QueryClient } from "@tanstack/react-query";
import { sessionKey } from "../features/session/session-key.ts";

const maxRetries = 2;

export function createQueryClient(): QueryClient {
  const client = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        // A session that ended elsewhere shows itself in whatever call comes next.
        if (isBerthError(error, "AUTH_REQUIRED")) client.setQueryData(sessionKey, null);
        // So does a role that was changed: what may be done is asked for anew.
        const isLess = isBerthError(error, "AUTH_FORBIDDEN");
        if (isLess || isBerthError(error, "ORGANIZATION_NOT_FOUND"))
          void client.invalidateQueries({ queryKey: sessionKey });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) =>
          failures < maxRetries && isBerthError(error) && error.definition.isRetryable,
      },
      mutations: { retry: false },
    },
  });
  return client;
}
