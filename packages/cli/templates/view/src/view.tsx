/** The view: draws with the catalog's components; nothing of it runs on the server. */
import {
  definePreactView,
  NumberField,
  Page,
  Select,
  Stack,
  Stat,
  useView,
} from "@berth/sdk/view/preact";
import { useState } from "preact/hooks";

const metres = { metre: 1, kilometre: 1000, mile: 1609.344, foot: 0.3048 } as const;
type Unit = keyof typeof metres;
const units = Object.keys(metres).map((value) => ({ value, label: value }));

interface Saved {
  readonly amount: number | null;
  readonly from: Unit;
  readonly to: Unit;
}

const first: Saved = { amount: 1, from: "mile", to: "kilometre" };

function isSaved(value: unknown): value is Saved {
  const { amount, from, to } = (value ?? {}) as Partial<Record<keyof Saved, unknown>>;
  const isAmount = amount === null || typeof amount === "number";
  return isAmount && String(from) in metres && String(to) in metres;
}

function Converter() {
  const view = useView();
  const { viewState } = view.context;
  const [state, setState] = useState<Saved>(isSaved(viewState) ? viewState : first);
  const { amount, from, to } = state;

  function change(next: Partial<Saved>): void {
    const changed = { ...state, ...next };
    setState(changed);
    // Kept by the host, so that the view opens as it was left.
    void view.saveState(changed);
  }

  const result = amount === null ? undefined : (amount * metres[from]) / metres[to];
  return (
    <Page title="__APP_NAME__">
      <Stack>
        <NumberField
          label="Amount"
          value={amount}
          onChange={(value) => change({ amount: value })}
        />
        <Select
          label="From"
          value={from}
          options={units}
          onChange={(value) => change({ from: value as Unit })}
        />
        <Select
          label="To"
          value={to}
          options={units}
          onChange={(value) => change({ to: value as Unit })}
        />
        <Stat label={to} value={result === undefined ? "–" : result.toPrecision(6)} />
      </Stack>
    </Page>
  );
}

definePreactView(Converter);
