import type { ReachView } from "@berth/protocol/api";
import { Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { permissionWords } from "../../features/permissions/permission-words.ts";
import { useConditionNames } from "../../features/permissions/use-condition-names.ts";
import { useReach } from "../../features/policies/use-decisions.ts";
import { Mono } from "../../ui/Mono.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import classes from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";
import { StateDot, type Tone } from "../../ui/StateDot.tsx";

export interface QuestionProps {
  readonly apps: readonly { readonly value: string; readonly label: string }[];
  /** The installation that is asked about first; undefined when there is none. */
  readonly first: string | undefined;
}

type Reached = ReachView["reaches"][number];

const tones: Readonly<Record<Reached["outcome"], Tone>> = {
  free: "good",
  restricted: "warn",
  forbidden: "bad",
};

/** What can this app reach? */
export function ReachSection({ apps, first }: QuestionProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(first);
  return (
    <Section
      title={t("reach.title")}
      description={t("reach.hint")}
      isFlush={chosen !== undefined}
      actions={
        chosen !== undefined && (
          <Select
            size="xs"
            w={180}
            aria-label={t("explain.app")}
            allowDeselect={false}
            data={apps}
            value={chosen}
            onChange={(value) => value !== null && setChosen(value)}
          />
        )
      }
    >
      {chosen === undefined ? (
        <Text c="dimmed">{t("explain.noApps")}</Text>
      ) : (
        <Reaches installation={chosen} />
      )}
    </Section>
  );
}

function Reaches({ installation }: { readonly installation: string }) {
  const { t } = useTranslation();
  const reach = useReach(installation);
  return (
    <QueryView query={reach}>
      {({ mayAct, reaches }) => (
        <ul className={classes.root}>
          {!mayAct && (
            <li className={classes.row}>
              <Text>{t("reach.mayNotAct")}</Text>
            </li>
          )}
          {reaches.length === 0 && (
            <li className={classes.row}>
              <Text c="dimmed">{t("reach.nothing")}</Text>
            </li>
          )}
          {reaches.map((reached) => (
            <ReachedRow key={`${reached.grant} ${reached.access}`} reached={reached} />
          ))}
        </ul>
      )}
    </QueryView>
  );
}

function ReachedRow({ reached }: { readonly reached: Reached }) {
  const { t } = useTranslation();
  const { access, conditions, outcome, policies, resource } = reached;
  const words = useConditionNames();
  const [type = "", action = ""] = access.split(":");
  const { sentence, scope } = permissionWords({ type, resource, actions: [action] });
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500}>{t(sentence)}</Text>
        <Text c="dimmed" component="div">
          <Mono>{resource}</Mono> {scope && t(scope)}
        </Text>
        <Stack gap={0}>
          {conditions.length > 0 && (
            <Text size="xs" c="dimmed">
              {t("reach.conditions", { list: conditions.map(words).join(", ") })}
            </Text>
          )}
          {policies.map(({ isAlways, policy, reason, scope: whose }) => (
            <Text key={`${whose} ${policy}`} size="xs" c="dimmed">
              {t(isAlways ? "reach.always" : "reach.perhaps", { policy })}
              {reason !== null && ` ${reason}`}
            </Text>
          ))}
        </Stack>
      </div>
      <StateDot tone={tones[outcome]} label={t(`reach.outcome.${outcome}`)} />
    </li>
  );
}
