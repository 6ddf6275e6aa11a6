/** What a benchmark is: it prints nothing but its progress and returns figures. */
export interface Bench {
  readonly name: string;
  readonly summary: string;
  run(options: BenchOptions): Promise<Figures>;
}

export interface BenchOptions {
  /** Progress and tables, for people; goes to standard error. */
  readonly say: (line: string) => void;
  /** Fewer rounds, to see that it runs. The figures are then not to be quoted. */
  readonly isQuick: boolean;
}

export type Figures = Readonly<Record<string, number | string>>;

/** Three significant digits: more would claim what the machine cannot tell. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
