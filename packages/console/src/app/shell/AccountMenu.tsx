import { Avatar, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconLanguage, IconLogout, IconSettings, IconShieldLock } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useSignOut } from "../../features/session/use-sign-out.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { setLanguage } from "../i18n.ts";

export function AccountMenu() {
  const { t, i18n } = useTranslation();
  const { person } = useSignedIn().session;
  const signOut = useSignOut();
  const other = i18n.language === "pt-BR" ? "en" : "pt-BR";
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton p={2} bdrs="xl">
          <span className="visually-hidden">{t("shell.account", { name: person.name })}</span>
          <Avatar size={26} color="tide" variant="filled" name={person.name} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text fw={500} c="var(--mantine-color-text)" truncate>
            {person.name}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {person.email}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item
          component={Link}
          to="/settings"
          leftSection={<IconSettings size={15} aria-hidden />}
        >
          {t("nav.settings")}
        </Menu.Item>
        <Menu.Item
          component={Link}
          to="/security"
          leftSection={<IconShieldLock size={15} aria-hidden />}
        >
          {t("security.title")}
        </Menu.Item>
        <Menu.Item
          lang={other}
          leftSection={<IconLanguage size={15} aria-hidden />}
          onClick={() => void setLanguage(i18n, other)}
        >
          {other === "en" ? "English" : "Português (Brasil)"}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={15} aria-hidden />}
          onClick={() => signOut.mutate()}
        >
          {t("shell.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
