import { Button, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Copied } from "./Copied.tsx";

export interface ShownOnceProps {
  /** That it is not shown again, and what it is for. */
  readonly words: string;
  readonly value: string;
  /** What it is, such as "secret"; said by the button that copies it. */
  readonly what: string;
  readonly doneLabel: string;
  readonly onDone: () => void;
  readonly children?: ReactNode;
}

/** A secret the one time that it can be seen. Its dialog must not close by a stray click. */
export function ShownOnce({ words, value, what, doneLabel, onDone, children }: ShownOnceProps) {
  return (
    <Stack>
      <Text>{words}</Text>
      <Copied label={what} value={value} hasLabel={false} />
      {children}
      <Group justify="flex-end">
        <Button onClick={onDone}>{doneLabel}</Button>
      </Group>
    </Stack>
  );
}
