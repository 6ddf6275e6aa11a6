import { Button, TextInput } from "@mantine/core";
import { type SubmitEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type AuditSearch,
  type FilterName,
  filterNames,
  parseAuditSearch,
} from "../../features/audit/audit-search.ts";
import classes from "./AuditFilters.module.css";

const days: ReadonlySet<FilterName> = new Set(["from", "to"]);

function valuesOf(search: AuditSearch): Record<FilterName, string> {
  const { text = "", action = "", actor = "", target = "", from = "", to = "" } = search;
  return { text, action, actor, target, from, to };
}

/** The filters, which stand in the address: what is found can be sent to somebody. */
export function AuditFilters({
  search,
  onChange,
}: {
  readonly search: AuditSearch;
  readonly onChange: (next: AuditSearch) => void;
}) {
  const { t } = useTranslation();
  const [values, setValues] = useState(() => valuesOf(search));
  // Back and forward change the address, and with it what the fields say.
  useEffect(() => setValues(valuesOf(search)), [search]);
  const scope = search.scope === undefined ? {} : { scope: search.scope };
  const apply = (event: SubmitEvent) => {
    event.preventDefault();
    onChange({ ...parseAuditSearch(values), ...scope });
  };
  return (
    <search>
      <form onSubmit={apply} className={classes.root}>
        {filterNames.map((name) => (
          <TextInput
            key={name}
            label={t(`audit.filter.${name}`)}
            type={days.has(name) ? "date" : "text"}
            value={values[name]}
            onChange={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
          />
        ))}
        <div className={classes.buttons}>
          <Button type="submit">{t("audit.find")}</Button>
          <Button variant="default" onClick={() => onChange(scope)}>
            {t("actions.clear")}
          </Button>
        </div>
      </form>
    </search>
  );
}
