import type { WhoCanView } from "@berth/protocol/api";
import { Button, Group, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRoleNames } from "../../features/people/use-organization-roles.ts";
import { AccessFields, firstAccess } from "../../features/policies/AccessFields.tsx";
import { useWhoCan } from "../../features/policies/use-decisions.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import classes from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";
import { StateDot } from "../../ui/StateDot.tsx";
import type { QuestionProps } from "./ReachSection.tsx";

/** Who can do this? */
export function WhoCanSection({ apps, first }: QuestionProps) {
  const { t } = useTranslation();
  return (
    <Section title={t("whoCan.title")} description={t("whoCan.hint")}>
      {first === undefined ? (
        <Text c="dimmed">{t("explain.noApps")}</Text>
      ) : (
        <WhoCanForm apps={apps} first={first} />
      )}
    </Section>
  );
}

function WhoCanForm({ apps, first }: QuestionProps) {
  const { t } = useTranslation();
  const ask = useWhoCan();
  const [asked, setAsked] = useState(() => ({
    ...firstAccess(apps),
    ...(first === undefined ? {} : { installation: first }),
  }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate({ ...asked, resource: asked.resource.trim() });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <AccessFields apps={apps} asked={asked} onChange={setAsked} />
        <Group>
          <Button type="submit" variant="default" loading={ask.isPending}>
            {t("whoCan.ask")}
          </Button>
        </Group>
        {ask.isError && <ErrorAlert error={ask.error} />}
        <div role="status">{ask.data && <Answer answer={ask.data} />}</div>
      </Stack>
    </form>
  );
}

function Answer({ answer }: { readonly answer: WhoCanView }) {
  const { t } = useTranslation();
  const nameOf = useRoleNames();
  const { isCut, itself, people } = answer;
  const allowed = people.filter(({ isAllowed }) => isAllowed);
  const others = people.filter(({ isAllowed }) => !isAllowed);
  return (
    <Stack gap="xs">
      <Text fw={500}>
        {t("whoCan.result", { count: allowed.length, all: people.length })}
        {isCut && ` ${t("whoCan.cut")}`}
      </Text>
      <ul className={`${classes.root} ${classes.framed}`} aria-label={t("whoCan.title")}>
        <Verdict name={t("whoCan.itself")} note="" verdict={itself} />
        {[...allowed, ...others].map(({ person, ...verdict }) => (
          <Verdict
            key={person.id}
            name={person.name}
            note={person.roles.map(nameOf).join(", ")}
            verdict={verdict}
          />
        ))}
      </ul>
    </Stack>
  );
}

interface VerdictProps {
  readonly name: string;
  readonly note: string;
  readonly verdict: WhoCanView["itself"];
}

function Verdict({ name, note, verdict }: VerdictProps) {
  const { t } = useTranslation();
  const { by, decidedBy, isAllowed } = verdict;
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500}>{name}</Text>
        <Text size="xs" c="dimmed">
          {note !== "" && `${note} · `}
          {t(`whoCan.decidedBy.${decidedBy}`, { by: by ?? "" })}
        </Text>
      </div>
      <StateDot
        tone={isAllowed ? "good" : "bad"}
        label={t(isAllowed ? "explain.allowed" : "explain.denied")}
      />
    </li>
  );
}
