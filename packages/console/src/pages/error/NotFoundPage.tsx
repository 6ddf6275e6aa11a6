import { IconMapOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { PageBody } from "../../ui/PageBody.tsx";
import { RouterButton } from "../../ui/RouterAnchor.tsx";
import { usePageTitle } from "../../ui/use-page-title.ts";

export function NotFoundPage() {
  const { t } = useTranslation();
  usePageTitle(t("notFound.title"));
  return (
    <PageBody width="narrow">
      <h1 className="visually-hidden">{t("notFound.title")}</h1>
      <EmptyState
        icon={<IconMapOff size={20} />}
        title={t("notFound.title")}
        action={<RouterButton to="/">{t("notFound.home")}</RouterButton>}
      >
        {t("notFound.body")}
      </EmptyState>
    </PageBody>
  );
}
