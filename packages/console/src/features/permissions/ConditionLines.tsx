import { Text } from "@mantine/core";
import { useConditionWords } from "./use-condition-words.ts";

/** When a permission may be used, a line for each condition; nothing where there is none. */
export function ConditionLines({
  conditions,
}: {
  readonly conditions: Readonly<Record<string, unknown>> | undefined;
}) {
  const words = useConditionWords();
  return words(conditions).map((sentence) => (
    <Text key={sentence} size="sm" c="dimmed" component="div">
      {sentence}
    </Text>
  ));
}
