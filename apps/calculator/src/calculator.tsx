/** The view: a field to type in, a keypad to press, and what was calculated before. */
import {
  Alert,
  Button,
  Card,
  definePreactView,
  EmptyState,
  Grid,
  Heading,
  Page,
  Spinner,
  Stack,
  Stat,
  Table,
  TextField,
  useView,
} from "@berth/sdk/view/preact";
import { useState } from "preact/hooks";
import { evaluate } from "./evaluate.ts";
import { keys, press } from "./keypad.ts";
import { maxExpressionChars } from "./tokens.ts";
import { useCalculations } from "./use-calculations.ts";

/** The result while typing; undefined while the expression is not finished. */
function preview(expression: string): number | undefined {
  try {
    return expression.trim() === "" ? undefined : evaluate(expression);
  } catch {
    // An expression that is being typed is mostly incomplete: that is no error yet.
    return undefined;
  }
}

function Calculator() {
  const view = useView();
  const saved = view.context.viewState;
  const [expression, setExpression] = useState(typeof saved === "string" ? saved : "");
  const { calculations, clear, error, forgetError, isBusy, submit } = useCalculations(view);

  function change(next: string): void {
    setExpression(next);
    forgetError();
    void view.saveState(next);
  }

  async function calculate(): Promise<void> {
    if (expression.trim() === "" || isBusy) return;
    const result = await submit(expression);
    if (result !== undefined) change(String(result));
  }

  const shown = preview(expression);
  return (
    <Page title="Calculator" subtitle="Type an expression and press Enter, or use the keypad">
      <Grid minColumnWidth={280} gap="lg">
        <Card>
          <Stack>
            <TextField
              label="Expression"
              value={expression}
              placeholder="2 × (3 + 4)^2"
              maxLength={maxExpressionChars}
              onChange={change}
              onSubmit={() => void calculate()}
              {...(error === undefined ? {} : { error })}
            />
            <Stat label="Result" value={shown === undefined ? "…" : String(shown)} />
            <Grid columns={4} minColumnWidth={48} gap="xs">
              {keys.map(({ label, name, variant = "secondary" }) => (
                <Button
                  key={label}
                  variant={variant}
                  accessibleLabel={name}
                  isFullWidth
                  isLoading={label === "=" && isBusy}
                  onPress={() =>
                    label === "=" ? void calculate() : change(press(expression, label))
                  }
                >
                  {label}
                </Button>
              ))}
            </Grid>
          </Stack>
        </Card>
        <Card>
          <Stack>
            <Stack direction="horizontal" justify="between" align="center">
              <Heading level={2}>History</Heading>
              <Button
                variant="subtle"
                size="sm"
                isDisabled={!calculations?.length || isBusy}
                onPress={() => void clear()}
              >
                Clear history
              </Button>
            </Stack>
            <History calculations={calculations} onChoose={change} />
          </Stack>
        </Card>
      </Grid>
    </Page>
  );
}

interface HistoryProps {
  readonly calculations: ReturnType<typeof useCalculations>["calculations"];
  readonly onChoose: (expression: string) => void;
}

function History({ calculations, onChoose }: HistoryProps) {
  if (calculations === undefined) return <Spinner label="Loading the history" />;
  if (calculations === "unavailable") {
    return <Alert tone="warning">The history cannot be read just now.</Alert>;
  }
  if (calculations.length === 0) {
    return (
      <EmptyState
        title="Nothing calculated yet"
        description="Results are kept here for everyone."
      />
    );
  }
  return (
    <Table
      label="History; press a line to take it up again"
      columns={[
        { key: "expression", label: "Expression" },
        { key: "result", label: "Result", align: "end" },
        { key: "at", label: "When", format: "datetime" },
      ]}
      rows={calculations.map(({ at, expression, id, result }) => ({
        id,
        cells: { expression, result: String(result), at },
      }))}
      pageSize={10}
      isRowPressable
      onRowPress={(id) => {
        const chosen = calculations.find((calculation) => calculation.id === id);
        if (chosen) onChoose(chosen.expression);
      }}
    />
  );
}

definePreactView(Calculator);
