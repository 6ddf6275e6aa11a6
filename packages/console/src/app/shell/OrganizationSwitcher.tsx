import { Menu, UnstyledButton } from "@mantine/core";
import { IconCheck, IconSelector } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import classes from "./Header.module.css";

/** The organization that is shown; a menu for those who are in several. */
export function OrganizationSwitcher() {
  const { t } = useTranslation();
  const { session, organization, switchOrganization } = useSignedIn();
  if (!organization) return null;
  if (session.organizations.length === 1) {
    return (
      <span className={classes.organization}>
        <span>{organization.name}</span>
      </span>
    );
  }
  return (
    <Menu position="bottom-start" width={240}>
      <Menu.Target>
        <UnstyledButton
          className={classes.organization}
          aria-label={t("shell.organization", { name: organization.name })}
        >
          <span>{organization.name}</span>
          <IconSelector size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("shell.organizations")}</Menu.Label>
        {session.organizations.map((each) => (
          <Menu.Item
            key={each.slug}
            aria-current={each.slug === organization.slug || undefined}
            rightSection={
              each.slug === organization.slug ? <IconCheck size={14} aria-hidden /> : null
            }
            onClick={() => switchOrganization(each.slug)}
          >
            {each.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
