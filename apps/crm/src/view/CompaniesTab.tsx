/** Companies, with what they have in contacts and deals. */
import { Stack, Table } from "@berth/sdk/view/preact";
import { useCallback, useState } from "preact/hooks";
import type { Company, Saved } from "../records/types.ts";
import type { CrmApi } from "./api.ts";
import { ListPane } from "./ListPane.tsx";
import { type Field, RecordForm } from "./RecordForm.tsx";
import { useList } from "./use-list.ts";

interface CompaniesTabProps {
  readonly api: CrmApi;
}

const fields: readonly Field[] = [
  { kind: "text", name: "name", label: "Name", isRequired: true },
  { kind: "text", name: "website", label: "Website", type: "url" },
  { kind: "text", name: "notes", label: "Notes", rows: 4 },
];

export function CompaniesTab({ api }: CompaniesTabProps) {
  const [search, setSearch] = useState("");
  const [edited, setEdited] = useState<Partial<Saved<Company>>>();
  const list = useList(useCallback(() => api.companies(search), [api, search]));
  const settings = useList(useCallback(() => api.settings(), [api]));
  const companies = list.data?.companies ?? [];
  const currency = settings.data?.currency ?? "USD";
  return (
    <Stack>
      <ListPane
        noun="companies"
        search={search}
        onSearch={setSearch}
        addLabel="Add a company"
        onAdd={() => setEdited({})}
        error={list.error ?? settings.error}
        count={list.data && companies.length}
      >
        <Table
          label="Companies; press one to change it"
          columns={[
            { key: "name", label: "Name" },
            { key: "website", label: "Website" },
            { key: "contactCount", label: "Contacts", align: "end", format: "number" },
            { key: "dealValue", label: "Deals", align: "end", format: "currency", currency },
          ]}
          rows={companies.slice(0, 5_000).map(({ contactCount, dealValue, id, name, website }) => ({
            id,
            cells: { name, website, contactCount, dealValue },
          }))}
          pageSize={15}
          isRowPressable
          onRowPress={(id) => setEdited(companies.find((company) => company.id === id))}
        />
      </ListPane>
      {edited && (
        <RecordForm
          api={api}
          kind="companies"
          title={edited.id === undefined ? "New company" : "Company"}
          fields={fields}
          record={edited}
          onClose={() => setEdited(undefined)}
          onSaved={() => {
            setEdited(undefined);
            list.reload();
          }}
        />
      )}
    </Stack>
  );
}
