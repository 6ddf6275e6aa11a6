/** The chosen films: sorted by the function, a page at a time. */
import { Alert, Button, Card, Stack, Table, Text, useView } from "@berth/sdk/view/preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Measure } from "./aggregate.ts";
import { type Choice, fetchFilms } from "./api.ts";
import type { Listing, SortKey } from "./list.ts";
import { useAnswer } from "./use-answer.ts";

interface FilmTableProps {
  readonly choice: Choice;
  readonly measure: Measure;
}

const dollars = { align: "end", isSortable: true } as const;
/** What a narrow screen should show first stands first; what is chosen is the same in every line. */
const columnsOf = (measure: Measure, { distributor, genre }: Choice) => [
  { key: "title", label: "Film", isSortable: true },
  { key: measure, label: "Sales, $M", ...dollars },
  { key: "budget", label: "Budget, $M", ...dollars },
  { key: "releasedOn", label: "Released", format: "date" as const, isSortable: true },
  ...(distributor === null ? [{ key: "distributor", label: "Distributor", isSortable: true }] : []),
  ...(genre === null ? [{ key: "genre", label: "Genre", isSortable: true }] : []),
];

const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
/** What one compares, without digits that nobody reads. */
const millions = (dollars: number | null) =>
  dollars === null ? null : tenths.format(dollars / 1e6);

export function FilmTable({ choice, measure }: FilmTableProps) {
  const view = useView();
  const [listing, setListing] = useState<Listing>({
    sort: measure,
    direction: "descending",
    page: 1,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another choice begins at its first page
  useEffect(() => setListing((before) => ({ ...before, page: 1 })), [choice]);
  const ask = useCallback(() => fetchFilms(view, choice, listing), [view, choice, listing]);
  const { data, error, isLoading } = useAnswer(ask);
  const turn = (by: number) =>
    setListing((before) => ({ ...before, page: (data?.page ?? 1) + by }));
  return (
    <Card title="Films">
      <Stack>
        {error !== undefined && <Alert tone="danger">{error}</Alert>}
        <Table
          label="Films"
          columns={columnsOf(measure, choice)}
          rows={(data?.films ?? []).map(({ title, ...film }, index) => ({
            id: `${film.releasedOn} ${index} ${title}`.slice(0, 200),
            cells: {
              title,
              ...film,
              worldwide: millions(film.worldwide),
              domestic: millions(film.domestic),
              budget: millions(film.budget),
            },
          }))}
          sortKey={listing.sort}
          sortDirection={listing.direction}
          emptyText={isLoading ? "Loading …" : "No film matches."}
          onSort={({ direction, key }) => setListing({ sort: key as SortKey, direction, page: 1 })}
        />
        <Stack direction="horizontal" align="center" justify="between">
          <Button
            isDisabled={!data || data.page <= 1}
            accessibleLabel="Previous page of films"
            onPress={() => turn(-1)}
          >
            Previous
          </Button>
          <Text tone="muted">
            {data
              ? `Page ${data.page} of ${data.pages}, ${data.total.toLocaleString("en")} films`
              : ""}
          </Text>
          <Button
            isDisabled={!data || data.page >= data.pages}
            accessibleLabel="Next page of films"
            onPress={() => turn(1)}
          >
            Next
          </Button>
        </Stack>
      </Stack>
    </Card>
  );
}
