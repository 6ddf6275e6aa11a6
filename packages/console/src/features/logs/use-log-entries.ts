import type { LogEntryView } from "@berth/protocol/api";
import { useEffect, useState } from "react";
import { useApi } from "../api/use-api.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";
import { appendEntries } from "./append-entries.ts";

export interface LogFollowing {
  /** Oldest first. */
  readonly entries: readonly LogEntryView[];
  readonly state: "loading" | "live" | "broken";
  readonly error: unknown;
}

const initial: LogFollowing = { entries: [], state: "loading", error: undefined };
/** Entries come in bursts; one drawing per frame of this length is enough for a reader. */
const flushMs = 100;

/** The latest log entries and those that follow, while the component is on the page. */
export function useLogEntries(installation: string): LogFollowing {
  const api = useApi();
  const organization = useOrganizationSlug();
  const [following, setFollowing] = useState(initial);

  useEffect(() => {
    const abort = new AbortController();
    const params = { organization, installation };
    let waiting: LogEntryView[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      const arrived = waiting;
      waiting = [];
      timer = undefined;
      setFollowing((before) => ({ ...before, entries: appendEntries(before.entries, arrived) }));
    };
    const follow = async () => {
      setFollowing(initial);
      const { signal } = abort;
      const past = await api.call("listLogs", { params, query: { limit: 500 } }, { signal });
      setFollowing({ entries: past.entries, state: "live", error: undefined });
      for await (const { data } of api.follow("followLogs", { params }, { signal })) {
        waiting.push(data);
        timer ??= setTimeout(flush, flushMs);
      }
    };
    follow().catch((error: unknown) => {
      if (abort.signal.aborted) return;
      setFollowing((before) => ({ ...before, state: "broken", error }));
    });
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [api, organization, installation]);

  return following;
}
