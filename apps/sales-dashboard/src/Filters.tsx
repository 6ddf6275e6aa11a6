/** The four choices above the figures. */
import { Button, Grid, Select, Stack } from "@berth/sdk/view/preact";
import { type Choice, everything, type Options } from "./api.ts";

interface FiltersProps {
  readonly options: Options;
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
}

const all = "";
const optionsOf = (label: string, values: readonly (string | number)[]) => [
  { value: all, label },
  ...values.map((value) => ({ value: String(value), label: String(value) })),
];

export function Filters({ choice, onChange, options }: FiltersProps) {
  const { distributors, genres, years } = options;
  const change = (name: keyof Choice) => (value: string) => {
    const next = { ...choice, [name]: value === all ? null : value };
    // Years that exclude each other: the one just chosen wins.
    if (next.from !== null && next.to !== null && Number(next.from) > Number(next.to)) {
      onChange({ ...next, [name === "from" ? "to" : "from"]: next[name] });
    } else onChange(next);
  };
  const isEverything = Object.values(choice).every((value) => value === null);
  return (
    <Grid minColumnWidth={160} gap="sm">
      <Select
        label="Genre"
        value={choice.genre ?? all}
        options={optionsOf("All genres", genres)}
        onChange={change("genre")}
      />
      <Select
        label="Distributor"
        value={choice.distributor ?? all}
        options={optionsOf("All distributors", distributors)}
        onChange={change("distributor")}
      />
      <Select
        label="From"
        value={choice.from ?? all}
        options={optionsOf("The first year", years)}
        onChange={change("from")}
      />
      <Select
        label="To"
        value={choice.to ?? all}
        options={optionsOf("The last year", years)}
        onChange={change("to")}
      />
      <Stack justify="end">
        <Button isDisabled={isEverything} onPress={() => onChange(everything)}>
          Clear
        </Button>
      </Stack>
    </Grid>
  );
}
