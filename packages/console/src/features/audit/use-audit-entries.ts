import type { AuditEntryView } from "@berth/protocol/api";
import {
  type InfiniteData,
  type UseInfiniteQueryResult,
  useInfiniteQuery,
} from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { type AuditSearch, auditQueryOf } from "./audit-search.ts";

interface Page {
  readonly entries: AuditEntryView[];
  readonly next: number | null;
}

/** Newest first, page by page. @param organization - null: of the whole host */
export function useAuditEntries(
  organization: string | null,
  search: AuditSearch,
): UseInfiniteQueryResult<InfiniteData<Page>> {
  const api = useApi();
  const filters = auditQueryOf(search);
  return useInfiniteQuery({
    queryKey: ["audit", organization, filters],
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ next }: Page) => next ?? undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filters, ...(pageParam === undefined ? {} : { before: pageParam }) };
      return organization === null
        ? api.call("searchHostAudit", { query }, { signal })
        : api.call("searchAudit", { params: { organization }, query }, { signal });
    },
  });
}
