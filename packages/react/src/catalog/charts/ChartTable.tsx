import type { ReactNode } from "react";
import { useSurroundings } from "../catalog-context.tsx";
import type { Formatter } from "../format-value.ts";
import type { ChartData } from "./chart-data.ts";

/** More rows help nobody who listens, and would weigh on who does not. */
const maxRows = 100;

export interface ChartTableProps {
  readonly label: string;
  readonly data: ChartData;
  readonly format: Formatter;
}

export function ChartTable({ label, data, format }: ChartTableProps): ReactNode {
  const { messages, locale } = useSurroundings();
  const { categories, series } = data;
  const left = categories.length - maxRows;
  return (
    <table>
      <caption>{label}</caption>
      <thead>
        <tr>
          <th scope="col">{messages.category}</th>
          {series.map(({ name }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a series is its place; names may repeat
            <th key={index} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {categories.slice(0, maxRows).map((category, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: categories may repeat; their place is what they are
          <tr key={row}>
            <th scope="row">{category}</th>
            {series.map(({ values }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a series is its place
              <td key={index}>{format(values[row])}</td>
            ))}
          </tr>
        ))}
        {left > 0 ? (
          <tr>
            <td colSpan={series.length + 1}>
              {messages.moreRows(new Intl.NumberFormat(locale).format(left))}
            </td>
          </tr>
        ) : null}
      </tbody>
    </table>
  );
}
