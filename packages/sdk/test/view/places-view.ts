/** A view that says where it is and what it is told, moves, and shows a long table. */
import {
  Button,
  definePreactView,
  Page,
  Stack,
  Table,
  Text,
  useRoute,
  useView,
  useViewContext,
} from "@berth/sdk/view/preact";
import { h } from "preact";
import { useState } from "preact/hooks";

const columns = [
  { key: "name", label: "Name", isSortable: true },
  { key: "amount", label: "Amount", format: "number", isSortable: true },
  { key: "at", label: "At", format: "datetime" },
] as const;
const rows = Array.from({ length: 10_000 }, (_, index) => ({
  id: `r${index}`,
  cells: {
    name: index === 7_777 ? "The longest of all the names" : `Row ${index}`,
    amount: 1_234.5 + index,
    at: "2026-11-22T12:00:00Z",
  },
}));

function Places() {
  const view = useView();
  const route = useRoute();
  const { instance, theme, density, locale, direction, timeZone, tokens } = useViewContext();
  const [outcome, setOutcome] = useState("nothing");
  const [opened] = useState(view.route);
  const button = (label: string, onPress: () => Promise<unknown>) =>
    h(Button, { onPress: () => void onPress().then(String, String).then(setOutcome) }, label);
  const flood = async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 40 }, (_, move) => view.navigate(`/flood/${move}`)),
    );
    return `${answers.filter(({ status }) => status === "rejected").length} of 40 refused`;
  };
  return h(
    Page,
    { title: `${instance} at ${route}`, subtitle: `opened at ${opened}` },
    h(Text, {}, `told ${[theme, density, locale, direction, timeZone, tokens.accent].join(" ")}`),
    h(Text, {}, `outcome ${outcome}`),
    h(
      Stack,
      { direction: "horizontal" },
      button("Order", () => view.navigate("/orders/7?tab=lines")),
      button("Replace", () => view.navigate("/replaced", { replace: true })),
      button("Twice", async () => {
        await view.navigate("/first");
        await view.navigate("/second");
      }),
      button("Escape", () => view.navigate("/../../settings")),
      button("Flood", flood),
    ),
    h(Table, {
      label: "Rows",
      columns: [...columns],
      rows,
      pageSize: 10_000,
      isRowPressable: true,
      onRowPress: (id) => setOutcome(id),
    }),
  );
}

definePreactView(Places);
