import { Burger, Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { AccountMenu } from "./AccountMenu.tsx";
import { Brand } from "./Brand.tsx";
import { ColorSchemeToggle } from "./ColorSchemeToggle.tsx";
import classes from "./Header.module.css";
import { OrganizationSwitcher } from "./OrganizationSwitcher.tsx";

export interface HeaderProps {
  readonly isMenuOpen: boolean;
  readonly onOpenMenu: () => void;
}

export function Header({ isMenuOpen, onOpenMenu }: HeaderProps) {
  const { t } = useTranslation();
  return (
    <Group h="100%" px="sm" gap="xs" wrap="nowrap">
      <Burger
        hiddenFrom="sm"
        size="sm"
        opened={false}
        onClick={onOpenMenu}
        aria-label={t("shell.openMenu")}
        aria-expanded={isMenuOpen}
      />
      <Link to="/" className={classes.brand} aria-label={t("shell.home")}>
        <Brand />
      </Link>
      <span className={classes.divider} aria-hidden />
      <OrganizationSwitcher />
      <Group gap={4} wrap="nowrap" ml="auto">
        <ColorSchemeToggle />
        <AccountMenu />
      </Group>
    </Group>
  );
}
