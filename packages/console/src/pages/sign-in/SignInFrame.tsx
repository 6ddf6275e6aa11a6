import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Brand } from "../../app/shell/Brand.tsx";
import { ColorSchemeToggle } from "../../app/shell/ColorSchemeToggle.tsx";
import { LanguageSwitch } from "../../features/settings/LanguageSwitch.tsx";
import { usePageTitle } from "../../ui/use-page-title.ts";
import classes from "./SignInFrame.module.css";

export interface SignInFrameProps {
  readonly title: string;
  readonly subtitle?: string;
  readonly children: ReactNode;
}

/** The look of every page that is seen before one is signed in. */
export function SignInFrame({ title, subtitle, children }: SignInFrameProps) {
  const { t } = useTranslation();
  usePageTitle(title);
  return (
    <div className={classes.root}>
      <Group component="header" justify="space-between" className={classes.head}>
        <Brand />
        <ColorSchemeToggle />
      </Group>
      <main className={classes.main}>
        <Paper withBorder radius="lg" className={classes.card}>
          <Stack gap="md">
            <div>
              <Title order={1}>{title}</Title>
              {subtitle && (
                <Text c="dimmed" mt={4}>
                  {subtitle}
                </Text>
              )}
            </div>
            {children}
          </Stack>
        </Paper>
        <Text size="xs" c="dimmed" ta="center" mt="md">
          {t("signIn.promise")}
        </Text>
      </main>
      <footer className={classes.foot}>
        <LanguageSwitch />
      </footer>
    </div>
  );
}
