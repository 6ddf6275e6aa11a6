/** Contacts: search, change, import and export. */
import { Button, Stack, Table } from "@berth/sdk/view/preact";
import { useCallback, useState } from "preact/hooks";
import type { Contact, Saved } from "../records/types.ts";
import type { CompaniesList, CrmApi } from "./api.ts";
import { ListPane } from "./ListPane.tsx";
import { type Field, RecordForm } from "./RecordForm.tsx";
import { TransferModal } from "./TransferModal.tsx";
import { useList } from "./use-list.ts";

interface ContactsTabProps {
  readonly api: CrmApi;
}

const fieldsOf = (companies: CompaniesList["companies"]): Field[] => [
  { kind: "text", name: "name", label: "Name", isRequired: true },
  { kind: "text", name: "email", label: "E-mail", type: "email" },
  { kind: "text", name: "phone", label: "Telephone", type: "tel" },
  {
    kind: "choice",
    name: "companyId",
    label: "Company",
    options: [
      { value: "", label: "–" },
      ...companies.slice(0, 999).map(({ id, name }) => ({ value: id, label: name })),
    ],
  },
  { kind: "text", name: "notes", label: "Notes", rows: 4 },
];

export function ContactsTab({ api }: ContactsTabProps) {
  const [search, setSearch] = useState("");
  const [edited, setEdited] = useState<Partial<Saved<Contact>>>();
  const [isTransferring, setTransferring] = useState(false);
  const list = useList(useCallback(() => api.contacts(search), [api, search]));
  const companies = useList(useCallback(() => api.companies(""), [api]));
  const contacts = list.data?.contacts ?? [];
  const nameOf = new Map(companies.data?.companies.map(({ id, name }) => [id, name]));
  const reload = () => {
    list.reload();
    companies.reload();
  };
  return (
    <Stack>
      <ListPane
        noun="contacts"
        search={search}
        onSearch={setSearch}
        addLabel="Add a contact"
        onAdd={() => setEdited({})}
        actions={<Button onPress={() => setTransferring(true)}>Import or export</Button>}
        error={list.error ?? companies.error}
        count={list.data && contacts.length}
      >
        <Table
          label="Contacts; press one to change it"
          columns={[
            { key: "name", label: "Name" },
            { key: "email", label: "E-mail" },
            { key: "phone", label: "Telephone" },
            { key: "company", label: "Company" },
          ]}
          rows={contacts.slice(0, 5_000).map(({ companyId, email, id, name, phone }) => ({
            id,
            cells: { name, email, phone, company: nameOf.get(companyId ?? "") ?? "" },
          }))}
          pageSize={15}
          isRowPressable
          onRowPress={(id) => setEdited(contacts.find((contact) => contact.id === id))}
        />
      </ListPane>
      {edited && companies.data && (
        <RecordForm
          api={api}
          kind="contacts"
          title={edited.id === undefined ? "New contact" : "Contact"}
          fields={fieldsOf(companies.data.companies)}
          record={edited}
          onClose={() => setEdited(undefined)}
          onSaved={() => {
            setEdited(undefined);
            reload();
          }}
        />
      )}
      {isTransferring && (
        <TransferModal api={api} onClose={() => setTransferring(false)} onImported={reload} />
      )}
    </Stack>
  );
}
