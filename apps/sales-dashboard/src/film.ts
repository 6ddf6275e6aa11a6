/** One film's sales, as the installation's state keeps it. */
export interface Film {
  readonly title: string;
  /** `1998-06-12`. */
  readonly releasedOn: string;
  readonly distributor: string;
  readonly genre: string;
  /** US dollars, not adjusted for inflation; null when unknown. */
  readonly budget: number | null;
  readonly domestic: number;
  readonly worldwide: number;
}

/** How `data/box-office.json` holds a film, to stay small. */
export type FilmRow = readonly [
  title: string,
  releasedOn: string,
  distributor: string,
  genre: string,
  budget: number | null,
  domestic: number,
  worldwide: number,
];

export function filmOf(row: FilmRow): Film {
  const [title, releasedOn, distributor, genre, budget, domestic, worldwide] = row;
  return { title, releasedOn, distributor, genre, budget, domestic, worldwide };
}

export function yearOf({ releasedOn }: Film): number {
  return Number(releasedOn.slice(0, 4));
}
