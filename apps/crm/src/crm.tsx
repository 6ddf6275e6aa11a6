/** The view: three tabs over the function's records. */
import { definePreactView, Page, Tabs, useView } from "@berth/sdk/view/preact";
import { useMemo, useState } from "preact/hooks";
import { createApi } from "./view/api.ts";
import { CompaniesTab } from "./view/CompaniesTab.tsx";
import { ContactsTab } from "./view/ContactsTab.tsx";
import { PipelineTab } from "./view/PipelineTab.tsx";

const tabs = [
  { value: "pipeline", label: "Pipeline" },
  { value: "contacts", label: "Contacts" },
  { value: "companies", label: "Companies" },
];

function Crm() {
  const view = useView();
  const api = useMemo(() => createApi(view), [view]);
  const saved = view.context.viewState;
  const isKnown = tabs.some(({ value }) => value === saved);
  const [tab, setTab] = useState(isKnown ? String(saved) : "pipeline");
  const choose = (value: string) => {
    setTab(value);
    void view.saveState(value);
  };
  return (
    <Page title="CRM">
      <Tabs label="Parts of the CRM" value={tab} tabs={tabs} onChange={choose}>
        {tab === "pipeline" && <PipelineTab api={api} />}
        {tab === "contacts" && <ContactsTab api={api} />}
        {tab === "companies" && <CompaniesTab api={api} />}
      </Tabs>
    </Page>
  );
}

definePreactView(Crm);
