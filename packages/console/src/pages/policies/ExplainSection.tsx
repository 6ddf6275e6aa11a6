import type { DecisionView } from "@berth/protocol/api";
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useInstallations } from "../../features/installations/use-installations.ts";
import { AccessFields, firstAccess } from "../../features/policies/AccessFields.tsx";
import { useExplain } from "../../features/policies/use-explain.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { type Fact, Facts } from "../../ui/Facts.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";
import { StateDot } from "../../ui/StateDot.tsx";

/** Why an app of the organization may do something, or may not. */
export function ExplainSection() {
  const { t } = useTranslation();
  const installations = useInstallations();
  return (
    <Section title={t("explain.title")} description={t("explain.hint")}>
      <QueryView query={installations}>
        {(found) =>
          found.length === 0 ? (
            <Text c="dimmed">{t("explain.noApps")}</Text>
          ) : (
            <ExplainForm apps={found.map(({ id, title }) => ({ value: id, label: title }))} />
          )
        }
      </QueryView>
    </Section>
  );
}

function ExplainForm({
  apps,
}: {
  readonly apps: readonly { readonly value: string; readonly label: string }[];
}) {
  const { t } = useTranslation();
  const explain = useExplain();
  const [asked, setAsked] = useState(() => firstAccess(apps));
  const [person, setPerson] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const who = person.trim() === "" ? {} : { person: person.trim() };
    explain.mutate({ ...asked, resource: asked.resource.trim(), ...who });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <AccessFields apps={apps} asked={asked} onChange={setAsked} />
        <TextInput
          label={t("explain.person")}
          description={t("explain.personHint")}
          value={person}
          onChange={(event) => setPerson(event.currentTarget.value)}
          maxLength={254}
          spellCheck={false}
          autoComplete="off"
        />
        <Group>
          <Button type="submit" variant="default" loading={explain.isPending}>
            {t("explain.ask")}
          </Button>
        </Group>
        {explain.isError && <ErrorAlert error={explain.error} />}
        <div role="status">{explain.data && <Chain decision={explain.data} />}</div>
      </Stack>
    </form>
  );
}

function Chain({ decision }: { readonly decision: DecisionView }) {
  const { t } = useTranslation();
  const { isAllowed, message, lease, state, grants, policies } = decision;
  const covering = grants.filter(({ covers }) => covers);
  const facts: Fact[] = [
    {
      label: t("explain.lease"),
      value: t(lease.isHeld ? "explain.leaseHeld" : "explain.leaseLost"),
    },
    {
      label: t("explain.state"),
      value: state.mayAct ? state.state : t("explain.mayNotAct", { state: state.state }),
    },
    {
      label: t("explain.grant"),
      value:
        covering.length === 0
          ? t("explain.noGrant")
          : covering.map(({ id, type, resource, actions, conditions }) => (
              <div key={id}>
                {[
                  `${type} ${actions.join(", ")} ${resource}`,
                  ...conditions.map(({ name, holds }) =>
                    t(holds ? "explain.holds" : "explain.holdsNot", { name }),
                  ),
                ].join("; ")}
              </div>
            )),
    },
    {
      label: t("explain.policy"),
      value:
        policies.length === 0
          ? t("explain.noPolicy")
          : policies.map(({ policy, scope, outcome, reason }) => (
              <div key={`${scope} ${policy}`}>
                {`${policy}: ${t(`explain.outcome.${outcome}`)}${reason === null ? "" : ` (${reason})`}`}
              </div>
            )),
    },
  ];
  return (
    <Stack gap="sm">
      <Group>
        <StateDot
          tone={isAllowed ? "good" : "bad"}
          label={t(isAllowed ? "explain.allowed" : "explain.denied")}
        />
      </Group>
      <Text>{message}</Text>
      <Facts facts={facts} />
    </Stack>
  );
}
