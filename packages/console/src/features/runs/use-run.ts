import type { RunView } from "@berth/protocol/api";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useApi } from "../api/use-api.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";

export interface RunFollowing {
  readonly run: RunView | undefined;
  /** Why it can no longer be followed; the run itself goes on. */
  readonly error: unknown;
}

/** Follows a run until it ends; the installations that it changes are then looked at anew. */
export function useRun(runId: string | undefined): RunFollowing {
  const api = useApi();
  const organization = useOrganizationSlug();
  const cache = useQueryClient();
  const [state, setState] = useState<RunFollowing & { readonly of: string | undefined }>({
    of: undefined,
    run: undefined,
    error: undefined,
  });

  useEffect(() => {
    if (runId === undefined) return;
    const abort = new AbortController();
    const follow = async () => {
      const events = api.follow(
        "followRun",
        { params: { organization, run: runId } },
        { signal: abort.signal },
      );
      for await (const { data } of events) {
        setState({ of: runId, run: data, error: undefined });
      }
      await cache.invalidateQueries({ queryKey: ["installations"] });
    };
    follow().catch((error: unknown) => {
      if (abort.signal.aborted) return;
      setState((before) => ({
        of: runId,
        run: before.of === runId ? before.run : undefined,
        error,
      }));
    });
    return () => abort.abort();
  }, [api, organization, runId, cache]);

  return state.of === runId
    ? { run: state.run, error: state.error }
    : { run: undefined, error: undefined };
}
