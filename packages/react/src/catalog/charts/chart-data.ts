/** What every chart needs of its data before it draws. */
import type { CatalogProps } from "@berth/protocol";

export interface ChartSeries {
  readonly name: string;
  /** As long as the categories; null where there is no value. */
  readonly values: readonly (number | null)[];
}

export interface ChartData {
  readonly categories: readonly string[];
  readonly series: readonly ChartSeries[];
  readonly hasValues: boolean;
}

/** One value: a place along the categories, and one of the series there. */
export interface ChartPoint {
  readonly index: number;
  readonly series: number;
}

/** Beyond, sums and spans of an app's numbers would overflow to infinity. */
const maxMagnitude = 1e150;

export function createChartData(
  props: Pick<CatalogProps<"LineChart">, "categories" | "series">,
): ChartData {
  const { categories } = props;
  const series = props.series.map(({ name, values }) => ({
    name,
    values: categories.map((_, index) => {
      const value = values[index] ?? null;
      return value === null ? null : Math.max(-maxMagnitude, Math.min(maxMagnitude, value));
    }),
  }));
  return { categories, series, hasValues: series.some(({ values }) => values.some(isValue)) };
}

export const isValue = (value: number | null): value is number => value !== null;

export const colorOf = (series: number): string => `var(--berth-series-${(series % 12) + 1})`;
