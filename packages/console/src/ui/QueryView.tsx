import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorAlert } from "./ErrorAlert.tsx";
import { LoadingRows } from "./LoadingRows.tsx";
import { PageHeader } from "./PageHeader.tsx";

export interface QueryViewProps<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
  readonly loading?: ReactNode;
  /** Of a query that makes the whole page: its heading while there is nothing to show yet. */
  readonly pageTitle?: string;
}

/** What was loaded, or that it is loading, or why it could not be. Old data beats an error. */
export function QueryView<T>({ query, children, loading, pageTitle }: QueryViewProps<T>) {
  if (query.data !== undefined) return children(query.data);
  const heading = pageTitle !== undefined && <PageHeader title={pageTitle} />;
  if (query.isError) {
    return (
      <>
        {heading}
        <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />
      </>
    );
  }
  return (
    <>
      {heading}
      {loading ?? <LoadingRows />}
    </>
  );
}
