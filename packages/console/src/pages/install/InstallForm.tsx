import { isBerthError } from "@berth/protocol";
import type { ReleaseDetail } from "@berth/protocol/api";
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { findReleaseManifest } from "../../features/apps/find-release-manifest.ts";
import { ConfigFields } from "../../features/config-form/ConfigFields.tsx";
import { SecretInputs } from "../../features/config-form/SecretInputs.tsx";
import { useConfigForm } from "../../features/config-form/use-config-form.ts";
import { PermissionList } from "../../features/permissions/PermissionList.tsx";
import { useMay } from "../../features/session/use-may.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { Mono } from "../../ui/Mono.tsx";
import { RouterButton } from "../../ui/RouterAnchor.tsx";
import { Section } from "../../ui/Section.tsx";
import { useInstall } from "./use-install.ts";
import { useSecretValues } from "./use-secret-values.ts";

/** What the admin agrees to is bound to this release's digest and to the permissions shown. */
export function InstallForm({ release }: { readonly release: ReleaseDetail }) {
  const { t } = useTranslation();
  const params = useParams({ from: "/shell/apps/$publisher/$name/install" });
  const navigate = useNavigate();
  const mayInstall = useMay("apps.install");
  const { organization } = useSignedIn();
  const manifest = findReleaseManifest(release);
  const server = manifest?.server;
  const form = useConfigForm(server?.config, undefined);
  const secrets = useSecretValues(server?.secrets ?? []);
  const [refused, setRefused] = useState<ReadonlySet<number>>(new Set());
  const configPart = useRef<HTMLDivElement>(null);
  const install = useInstall(release);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const config = form.read();
    const hasSecrets = secrets.check();
    if (config === undefined || !hasSecrets) {
      configPart.current?.scrollIntoView({ block: "center" });
      return;
    }
    const isGranted = (index: number) => !refused.has(index);
    install.mutate(
      { config, secrets: secrets.read(), isGranted },
      {
        onSuccess: ({ run }) =>
          navigate({
            to: "/apps/$publisher/$name/install",
            params,
            search: { run },
            replace: true,
          }),
        onError: (error) => {
          if (form.showRefusal(error)) configPart.current?.scrollIntoView({ block: "center" });
        },
      },
    );
  };
  const choose = (index: number, isGranted: boolean) => {
    const next = new Set(refused);
    if (isGranted) next.delete(index);
    else next.add(index);
    setRefused(next);
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {manifest?.ui.mode === "html" && (
          <Alert color="amber" title={t("install.ownPage")}>
            <Text>{t("install.ownPageBody")}</Text>
          </Alert>
        )}
        <Section
          title={t("install.permissions")}
          description={t("install.permissionsHint", { organization: organization?.name ?? "" })}
          isFlush={release.permissions.length > 0}
        >
          {release.permissions.length === 0 ? (
            <Text c="dimmed">{t("app.asksNothing")}</Text>
          ) : (
            <PermissionList
              permissions={release.permissions}
              choice={{ isGranted: (index) => !refused.has(index), onChange: choose }}
            />
          )}
        </Section>
        <div ref={configPart}>
          <Stack gap="md">
            {form.fields.length > 0 && (
              <Section title={t("install.config")} description={t("install.configHint")}>
                <ConfigFields
                  fields={form.fields}
                  values={form.values}
                  problems={form.problems}
                  onChange={form.change}
                />
              </Section>
            )}
            {server && server.secrets.length > 0 && (
              <Section title={t("install.secrets")} description={t("install.secretsHint")}>
                <SecretInputs {...secrets} secrets={server.secrets} onChange={secrets.change} />
              </Section>
            )}
          </Stack>
        </div>
        <Text c="dimmed" component="div">
          {t("install.bound", { publisher: params.publisher, signer: release.signerLabel })}{" "}
          <Mono>{release.digest}</Mono>
        </Text>
        {install.isError && (
          <ErrorAlert error={install.error}>
            {isBerthError(install.error, "CONSENT_MISMATCH") && (
              <Button variant="default" onClick={() => void install.showNewest()}>
                {t("install.showNewest")}
              </Button>
            )}
            {isBerthError(install.error, "INSTALLATION_EXISTS") && (
              <RouterButton to="/installed" variant="default">
                {t("nav.installed")}
              </RouterButton>
            )}
          </ErrorAlert>
        )}
        {!mayInstall && <Text>{t("app.askAdmin")}</Text>}
        <Group justify="flex-end" gap="xs">
          <RouterButton variant="default" size="sm" to="/apps/$publisher/$name" params={params}>
            {t("install.decline")}
          </RouterButton>
          <Button type="submit" size="sm" loading={install.isPending} disabled={!mayInstall}>
            {t("install.agree")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
