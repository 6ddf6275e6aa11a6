import { Anchor, Group, Text, Title } from "@mantine/core";
import { IconChevronLeft } from "@tabler/icons-react";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import classes from "./PageHeader.module.css";
import { usePageTitle } from "./use-page-title.ts";

export interface PageHeaderProps {
  readonly title: string;
  /** Beside the title, such as a state. */
  readonly badge?: ReactNode;
  readonly subtitle?: ReactNode;
  readonly actions?: ReactNode;
  readonly back?: {
    readonly to: LinkProps["to"];
    readonly params?: object;
    readonly label: string;
  };
}

/** The page's one h1, and its name in the browser's tab. */
export function PageHeader({ title, badge, subtitle, actions, back }: PageHeaderProps) {
  usePageTitle(title);
  return (
    <header className={classes.root}>
      {back && (
        <Anchor
          // The caller names a route with its parameters; the router's types need both as literals.
          renderRoot={(props) => (
            <Link {...({ to: back.to, params: back.params } as LinkProps)} {...props} />
          )}
          className={classes.back}
        >
          <IconChevronLeft size={14} aria-hidden />
          {back.label}
        </Anchor>
      )}
      <Group justify="space-between" align="flex-start" gap="sm">
        <div className={classes.words}>
          <Group gap="sm" align="center">
            <Title order={1}>{title}</Title>
            {badge}
          </Group>
          {subtitle && (
            <Text component="div" c="dimmed" mt={2}>
              {subtitle}
            </Text>
          )}
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
    </header>
  );
}
