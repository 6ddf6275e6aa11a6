/** A figure over the last two minutes, with what is allowed as a line across, where that is known. */
import type { ReactNode } from "react";
import { useInspectorContext } from "../inspector-context.ts";
import { sparkPaths } from "./spark-paths.ts";

export interface SparklineProps {
  readonly name: string;
  /** Oldest first; null where it was not known. */
  readonly values: readonly (number | null)[];
  readonly show: (value: number | null) => string;
  readonly allowed?: number | undefined;
  /** Said in place of the chart while nothing is known. */
  readonly absence?: string | undefined;
}

export function Sparkline({ name, values, show, allowed, absence }: SparklineProps): ReactNode {
  const { words } = useInspectorContext();
  const known = values.filter((value) => value !== null);
  const most = known.reduce((highest, value) => Math.max(highest, value), 0);
  const last = values.at(-1) ?? null;
  // The line of what is allowed belongs into the picture once the figure comes near it.
  const isNear = allowed !== undefined && most > allowed / 4;
  const ceiling = Math.max(most, isNear ? allowed : 0, Number.MIN_VALUE) * 1.1;
  const { line, area } = sparkPaths(values, ceiling);
  return (
    <figure
      className="berth-inspector-chart"
      data-over={allowed !== undefined && (last ?? 0) > allowed}
    >
      <figcaption>
        <span>{name}</span>
        <strong>{known.length === 0 ? "–" : show(last)}</strong>
      </figcaption>
      {known.length === 0 ? (
        <p className="berth-inspector-absence">{absence}</p>
      ) : (
        <svg
          viewBox="0 0 120 32"
          preserveAspectRatio="none"
          role="img"
          aria-label={words.chart(name, show(last), show(most))}
        >
          <path className="berth-inspector-area" d={area} />
          <path className="berth-inspector-line" d={line} />
          {isNear ? (
            <path
              className="berth-inspector-allowed"
              d={`M0 ${(32 - (allowed / ceiling) * 32).toFixed(1)}H120`}
            />
          ) : null}
        </svg>
      )}
    </figure>
  );
}
