import type { SingleSignOnView } from "@berth/protocol/api";
import { Button, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useSignOnAct } from "../../features/sign-on/use-sign-on-act.ts";
import { Ago } from "../../ui/Ago.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { Copied } from "../../ui/Copied.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Section } from "../../ui/Section.tsx";
import { ConnectionForm } from "./ConnectionForm.tsx";

export interface ConnectionSectionProps {
  readonly connection: SingleSignOnView | null;
  readonly redirectUri: string;
}

export function ConnectionSection({ connection, redirectUri }: ConnectionSectionProps) {
  const { t } = useTranslation();
  const [isAsking, asking] = useDisclosure(false);
  const remove = useSignOnAct({
    act: (api, organization) => api.call("deleteSingleSignOn", { params: { organization } }),
    done: t("signOn.removed"),
  });
  return (
    <Section
      title={t("signOn.connection")}
      description={t("signOn.connectionHint")}
      actions={
        connection && (
          <Button variant="default" onClick={asking.open}>
            {t("signOn.remove")}
          </Button>
        )
      }
    >
      <Stack gap="md">
        {connection === null && <Text>{t("signOn.none")}</Text>}
        <Copied label={t("signOn.redirect")} value={redirectUri} />
        {connection && (
          <Facts
            facts={[
              {
                label: t("signOn.lastSuccess"),
                value: connection.lastSuccessAt ? (
                  <Ago at={connection.lastSuccessAt} />
                ) : (
                  t("signOn.never")
                ),
              },
              {
                label: t("signOn.owners"),
                value: connection.isByOwner ? t("signOn.ownersYes") : t("signOn.ownersNo"),
              },
              ...(connection.lastFailure
                ? [
                    {
                      label: t("signOn.lastFailure"),
                      value: (
                        <>
                          <Ago at={connection.lastFailure.at} />
                          <Text size="sm">{connection.lastFailure.message}</Text>
                        </>
                      ),
                    },
                  ]
                : []),
            ]}
          />
        )}
        <ConnectionForm connection={connection} />
      </Stack>
      <ConfirmDialog
        isOpen={isAsking}
        title={t("signOn.remove")}
        confirmLabel={t("signOn.remove")}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSuccess: asking.close })}
        onClose={asking.close}
      >
        {t("signOn.removeBody")}
      </ConfirmDialog>
    </Section>
  );
}
