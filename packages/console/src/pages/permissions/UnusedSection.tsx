import { Button, Select, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { permissionWords } from "../../features/permissions/permission-words.ts";
import { RevokeDialog } from "../../features/permissions/RevokeDialog.tsx";
import { useMayManageGrants } from "../../features/permissions/use-may-manage-grants.ts";
import { type UnusedGrant, useUnusedGrants } from "../../features/permissions/use-unused-grants.ts";
import { Ago } from "../../ui/Ago.tsx";
import { Mono } from "../../ui/Mono.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { RouterAnchor } from "../../ui/RouterAnchor.tsx";
import classes from "../../ui/Rows.module.css";
import { Section } from "../../ui/Section.tsx";

const choices = [30, 90, 180, 365];
const firstDays = 90;
/** So many the server lists at most. */
const maxListed = 1_000;

/** Grants that could go: nobody missed them for long. */
export function UnusedSection() {
  const { t } = useTranslation();
  const [days, setDays] = useState(firstDays);
  const unused = useUnusedGrants(days);
  const hasRows = (unused.data?.length ?? 0) > 0;
  return (
    <Section
      title={t("unused.title")}
      description={t("unused.hint")}
      isFlush={hasRows}
      actions={
        <Select
          size="xs"
          w={190}
          aria-label={t("unused.days")}
          allowDeselect={false}
          value={String(days)}
          onChange={(value) => value !== null && setDays(Number(value))}
          data={choices.map((count) => ({
            value: String(count),
            label: t("unused.since", { count }),
          }))}
        />
      }
    >
      <QueryView query={unused}>
        {(found) =>
          found.length === 0 ? (
            <Text c="dimmed">{t("unused.none", { count: days })}</Text>
          ) : (
            <ul className={classes.root}>
              {found.map((grant) => (
                <UnusedRow key={grant.id} grant={grant} />
              ))}
              {found.length >= maxListed && (
                <li className={classes.row}>
                  <Text c="dimmed">{t("unused.cut", { count: maxListed })}</Text>
                </li>
              )}
            </ul>
          )
        }
      </QueryView>
    </Section>
  );
}

function UnusedRow({ grant }: { readonly grant: UnusedGrant }) {
  const { t } = useTranslation();
  const mayManage = useMayManageGrants();
  const [isRevoking, revoking] = useDisclosure(false);
  const { installation, lastUsedAt, resource, title } = grant;
  const { sentence, scope } = permissionWords(grant);
  const what = t(sentence);
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500}>{what}</Text>
        <Text c="dimmed" component="div">
          <Mono>{resource}</Mono> {scope && t(scope)}
        </Text>
        <Text size="xs" c="dimmed" component="div">
          <RouterAnchor
            size="xs"
            underline="always"
            to="/installations/$installation"
            params={{ installation }}
            search={{ part: "permissions" }}
          >
            {title}
          </RouterAnchor>{" "}
          ·{" "}
          {lastUsedAt === null ? (
            t("grants.neverUsed")
          ) : (
            <>
              {t("grants.lastUsed")} <Ago at={lastUsedAt} />
            </>
          )}{" "}
          · {t("grants.by", { who: grant.grantedBy })} · <Ago at={grant.grantedAt} />
        </Text>
      </div>
      {mayManage && (
        <Button
          variant="default"
          onClick={revoking.open}
          aria-label={t("unused.revokeOne", { what, resource, app: title })}
        >
          {t("grants.revoke")}
        </Button>
      )}
      <RevokeDialog
        installation={installation}
        grant={grant}
        isOpen={isRevoking}
        onClose={revoking.close}
      />
    </li>
  );
}
