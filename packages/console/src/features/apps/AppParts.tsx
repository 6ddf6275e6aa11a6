import { Badge, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

export interface AppPartsProps {
  readonly app: {
    readonly hasView: boolean;
    readonly hasFunction: boolean;
    readonly sandboxLevel?: string;
  };
  readonly version: string;
}

/** What an app is made of, in a line of small words. */
export function AppParts({ app, version }: AppPartsProps) {
  const { t } = useTranslation();
  return (
    <Group gap={6}>
      <Badge>{t("app.version", { version })}</Badge>
      {app.hasView && <Badge>{t("app.view")}</Badge>}
      {app.hasFunction && <Badge>{t("app.function")}</Badge>}
      {app.sandboxLevel !== undefined && app.sandboxLevel !== "strict" && (
        <Badge>{t("app.sandbox", { level: app.sandboxLevel })}</Badge>
      )}
    </Group>
  );
}
