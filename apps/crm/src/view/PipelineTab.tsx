/** Deals, stage by stage. */
import { BarChart, Card, Grid, Heading, Stack, Stat, Table } from "@berth/sdk/view/preact";
import { useCallback, useState } from "preact/hooks";
import type { Deal, Saved } from "../records/types.ts";
import type { CompaniesList, ContactsList, CrmApi } from "./api.ts";
import { ListPane } from "./ListPane.tsx";
import { type Field, RecordForm } from "./RecordForm.tsx";
import { useList } from "./use-list.ts";

interface PipelineTabProps {
  readonly api: CrmApi;
}

interface Choices {
  readonly contacts: ContactsList["contacts"];
  readonly companies: CompaniesList["companies"];
}

const nobody = { value: "", label: "–" };
const named = (all: readonly { id: string; name: string }[]) => [
  nobody,
  ...all.slice(0, 999).map(({ id, name }) => ({ value: id, label: name })),
];

function fieldsOf(stages: readonly string[], currency: string, choices: Choices): Field[] {
  return [
    { kind: "text", name: "title", label: "Title", isRequired: true },
    { kind: "amount", name: "value", label: `Value in ${currency}`, isRequired: true },
    {
      kind: "choice",
      name: "stage",
      label: "Stage",
      options: stages.map((stage) => ({ value: stage, label: stage })),
    },
    { kind: "choice", name: "companyId", label: "Company", options: named(choices.companies) },
    { kind: "choice", name: "contactId", label: "Contact", options: named(choices.contacts) },
    { kind: "text", name: "closesOn", label: "Closes on", placeholder: "YYYY-MM-DD" },
  ];
}

export function PipelineTab({ api }: PipelineTabProps) {
  const [search, setSearch] = useState("");
  const [edited, setEdited] = useState<Partial<Saved<Deal>>>();
  const pipeline = useList(useCallback(() => api.pipeline(search), [api, search]));
  const settings = useList(useCallback(() => api.settings(), [api]));
  const choices = useList(
    useCallback(async (): Promise<Choices> => {
      const [{ contacts }, { companies }] = await Promise.all([
        api.contacts(""),
        api.companies(""),
      ]);
      return { contacts, companies };
    }, [api]),
  );
  const { currency = "USD", stages = [] } = pipeline.data ?? {};
  const count = pipeline.data && stages.reduce((sum, stage) => sum + stage.count, 0);
  const money = { align: "end", format: "currency", currency } as const;
  const whole = new Intl.NumberFormat("en", {
    ...{ style: "currency", currency, maximumFractionDigits: 0 },
  });
  const companyOf = new Map(choices.data?.companies.map(({ id, name }) => [id, name]));
  const names = settings.data?.stages ?? [];
  const [firstStage = ""] = names;
  const add = () => setEdited({ stage: firstStage, value: 0 });
  return (
    <Stack>
      <ListPane
        noun="deals"
        search={search}
        onSearch={setSearch}
        addLabel="Add a deal"
        onAdd={add}
        canAdd={firstStage !== ""}
        error={pipeline.error ?? settings.error ?? choices.error}
        count={count}
      >
        <Stack>
          <Grid minColumnWidth={140} gap="sm">
            {stages.map(({ count: deals, name, value }) => (
              <Stat
                key={name}
                label={name}
                value={whole.format(value)}
                detail={deals === 1 ? "1 deal" : `${deals} deals`}
              />
            ))}
          </Grid>
          <Card>
            <BarChart
              label="Value of deals by stage"
              categories={stages.map(({ name }) => name)}
              series={[{ name: "Value", values: stages.map(({ value }) => value) }]}
              format="currency"
              currency={currency}
              height={60 + 30 * stages.length}
              isHorizontal
            />
          </Card>
          {stages
            .filter(({ count: deals }) => deals > 0)
            .map(({ deals, name }) => (
              <Stack key={name} gap="xs">
                <Heading level={3}>{name}</Heading>
                <Table
                  label={`Deals in ${name}; press one to change it`}
                  columns={[
                    { key: "title", label: "Deal" },
                    { key: "value", label: "Value", ...money },
                    { key: "closesOn", label: "Closes", format: "date" },
                    { key: "company", label: "Company" },
                  ]}
                  rows={deals.map(({ closesOn, companyId, id, title, value }) => ({
                    id,
                    cells: {
                      title,
                      value,
                      closesOn,
                      company: companyOf.get(companyId ?? "") ?? "",
                    },
                  }))}
                  pageSize={20}
                  isRowPressable
                  onRowPress={(id) => setEdited(deals.find((deal) => deal.id === id))}
                />
              </Stack>
            ))}
        </Stack>
      </ListPane>
      {edited && choices.data && (
        <RecordForm
          api={api}
          kind="deals"
          title={edited.id === undefined ? "New deal" : "Deal"}
          fields={fieldsOf(names, currency, choices.data)}
          record={edited}
          onClose={() => setEdited(undefined)}
          onSaved={() => {
            setEdited(undefined);
            pipeline.reload();
          }}
        />
      )}
    </Stack>
  );
}
