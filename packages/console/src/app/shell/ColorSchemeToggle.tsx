import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

export function ColorSchemeToggle() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const label = scheme === "dark" ? t("shell.toLight") : t("shell.toDark");
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}
      >
        {scheme === "dark" ? (
          <IconSun size={17} stroke={1.7} aria-hidden />
        ) : (
          <IconMoon size={17} stroke={1.7} aria-hidden />
        )}
      </ActionIcon>
    </Tooltip>
  );
}
