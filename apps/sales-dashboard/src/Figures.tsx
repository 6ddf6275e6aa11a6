/** Totals and charts of the chosen films. */
import { BarChart, Card, Grid, LineChart, Stack, Stat } from "@berth/sdk/view/preact";
import type { Group } from "./aggregate.ts";
import type { Choice, Summary } from "./api.ts";
import { formatMoney } from "./money.ts";

interface FiguresProps {
  readonly summary: Summary;
  /** A chart by what is chosen already would be one bar. */
  readonly choice: Choice;
  readonly onChoose: (choice: Partial<Choice>) => void;
}

const namesOf = (groups: readonly Group[]) => groups.map(({ name }) => name);
const salesOf = (groups: readonly Group[]) => [
  { name: "Sales", values: groups.map(({ sales }) => sales) },
];
const barPixels = 30;
/** Tall enough for the name of each bar. */
const heightOf = (groups: readonly Group[]) => Math.max(120, 60 + barPixels * groups.length);
const money = { format: "currency", currency: "USD" } as const;

export function Figures({ choice, onChoose, summary }: FiguresProps) {
  const { byDistributor, byGenre, byYear, totals } = summary;
  const choose = (groups: readonly Group[], field: "genre" | "distributor") => (index: number) => {
    const name = groups[index]?.name;
    if (name && !name.startsWith("Others (")) onChoose({ [field]: name });
  };
  return (
    <Stack>
      <Grid minColumnWidth={160} gap="sm">
        <Stat label="Sales" value={formatMoney(totals.sales)} />
        <Stat label="Films" value={totals.films.toLocaleString("en")} />
        <Stat
          label="Return on budget"
          value={totals.returnOnBudget === null ? "–" : `${totals.returnOnBudget.toFixed(1)} ×`}
          detail={`Budgets of ${formatMoney(totals.budget)}`}
        />
        <Stat
          label="Best seller"
          value={totals.best ? formatMoney(totals.best.sales) : "–"}
          detail={totals.best?.title.slice(0, 120) ?? ""}
        />
      </Grid>
      <Card>
        <LineChart
          label="Sales by year of release"
          categories={namesOf(byYear)}
          series={salesOf(byYear)}
          {...money}
        />
      </Card>
      <Grid minColumnWidth={320} gap="md">
        {choice.genre === null && (
          <Card>
            <BarChart
              label="Sales by genre; press a bar to choose it"
              categories={namesOf(byGenre)}
              series={salesOf(byGenre)}
              height={heightOf(byGenre)}
              isHorizontal
              onSelect={({ index }) => choose(byGenre, "genre")(index)}
              {...money}
            />
          </Card>
        )}
        {choice.distributor === null && (
          <Card>
            <BarChart
              label="Sales by distributor; press a bar to choose it"
              categories={namesOf(byDistributor)}
              series={salesOf(byDistributor)}
              height={heightOf(byDistributor)}
              isHorizontal
              onSelect={({ index }) => choose(byDistributor, "distributor")(index)}
              {...money}
            />
          </Card>
        )}
      </Grid>
    </Stack>
  );
}
