import { useTranslation } from "react-i18next";
import { useInstallations } from "../../features/installations/use-installations.ts";
import { usePageTitle } from "../../ui/use-page-title.ts";

/** Names the app that is seen in the browser's tab. */
export function RunTitle({ installation }: { readonly installation: string | undefined }) {
  const { t } = useTranslation();
  const { data } = useInstallations();
  const title = data?.find((each) => each.id === installation)?.title;
  usePageTitle(title ?? t("running.title"));
  return title === undefined ? null : <h1 className="visually-hidden">{title}</h1>;
}
