import type { AppView } from "@berth/protocol/api";
import { Group, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { AppParts } from "../../features/apps/AppParts.tsx";
import { splitAppName } from "../../features/apps/split-app-name.ts";
import { AppGlyph } from "../../ui/AppGlyph.tsx";
import classes from "./AppCard.module.css";

export function AppCard({ app }: { readonly app: AppView }) {
  return (
    <li className={classes.root}>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <AppGlyph app={app.app} title={app.title} size={38} />
        <div className={classes.words}>
          <Title order={2}>
            <Link
              to="/apps/$publisher/$name"
              params={splitAppName(app.app)}
              className={classes.link}
            >
              {app.title}
            </Link>
          </Title>
          <Text size="xs" c="dimmed" truncate>
            {app.publisher.displayName}
          </Text>
        </div>
      </Group>
      <Text lineClamp={3} className={classes.description}>
        {app.description}
      </Text>
      <AppParts app={app} version={app.latestVersion} />
    </li>
  );
}
