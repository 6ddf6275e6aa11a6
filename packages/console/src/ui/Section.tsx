import { Group, Text, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";
import classes from "./Section.module.css";

export interface SectionProps {
  readonly title: string;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  /** Rows and tables bring their own edges. */
  readonly isFlush?: boolean;
  readonly children: ReactNode;
}

/** A titled part of a page, named for those who hear it. */
export function Section({ title, description, actions, isFlush = false, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={classes.root}>
      <Group justify="space-between" gap="sm" className={classes.head}>
        <div className={classes.words}>
          <Title order={2} id={id}>
            {title}
          </Title>
          {description && (
            <Text c="dimmed" component="div">
              {description}
            </Text>
          )}
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      <div className={isFlush ? classes.flush : classes.body}>{children}</div>
    </section>
  );
}
