import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { setLanguage } from "../../app/i18n.ts";

/** Each language is named in itself. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <SegmentedControl
      aria-label={t("settings.language")}
      value={i18n.language === "pt-BR" ? "pt-BR" : "en"}
      onChange={(value) => void setLanguage(i18n, value)}
      data={[
        { value: "en", label: "English" },
        { value: "pt-BR", label: "Português" },
      ]}
    />
  );
}
