/** The view: choices above, figures below, films last. */
import {
  Alert,
  definePreactView,
  EmptyState,
  Page,
  Spinner,
  Stack,
  useView,
} from "@berth/sdk/view/preact";
import { useCallback, useState } from "preact/hooks";
import { type Choice, everything, fetchOptions, fetchSummary } from "./api.ts";
import { Figures } from "./Figures.tsx";
import { FilmTable } from "./FilmTable.tsx";
import { Filters } from "./Filters.tsx";
import { useAnswer } from "./use-answer.ts";

function isChoice(value: unknown): value is Choice {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Record<string, unknown>;
  return Object.keys(everything).every(
    (key) => fields[key] === null || typeof fields[key] === "string",
  );
}

function Dashboard() {
  const view = useView();
  const { viewState } = view.context;
  const [choice, setChoice] = useState<Choice>(isChoice(viewState) ? viewState : everything);
  const options = useAnswer(useCallback(() => fetchOptions(view), [view]));
  const summary = useAnswer(useCallback(() => fetchSummary(view, choice), [view, choice]));
  const change = (next: Choice) => {
    setChoice(next);
    void view.saveState(next);
  };
  const error = options.error ?? summary.error;
  return (
    <Page
      title={options.data?.title ?? "Sales dashboard"}
      subtitle="Box-office sales in US dollars, not adjusted for inflation"
    >
      <Stack gap="lg">
        {error !== undefined && (
          <Alert tone="danger" title="The figures could not be loaded">
            {error}
          </Alert>
        )}
        {options.data && <Filters options={options.data} choice={choice} onChange={change} />}
        {summary.data === undefined ? (
          error === undefined && <Spinner label="Adding up the sales" />
        ) : summary.data.totals.films === 0 ? (
          <EmptyState title="No film matches" description="Choose fewer limits above." />
        ) : (
          <Figures
            summary={summary.data}
            choice={choice}
            onChoose={(chosen) => change({ ...choice, ...chosen })}
          />
        )}
        {options.data && <FilmTable choice={choice} measure={options.data.measure} />}
      </Stack>
    </Page>
  );
}

definePreactView(Dashboard);
