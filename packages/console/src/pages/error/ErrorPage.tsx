import { Title } from "@mantine/core";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { PageBody } from "../../ui/PageBody.tsx";
import { usePageTitle } from "../../ui/use-page-title.ts";

/** Stands in for a page that could not be drawn; the rest of the console goes on. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  usePageTitle(t("errors.page"));
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <PageBody width="narrow">
      <Title order={1} mb="md">
        {t("errors.page")}
      </Title>
      <ErrorAlert error={error} onRetry={retry} />
    </PageBody>
  );
}
