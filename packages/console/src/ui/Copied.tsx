import { Text } from "@mantine/core";
import classes from "./Copied.module.css";
import { CopyButton } from "./CopyButton.tsx";
import { Mono } from "./Mono.tsx";

export interface CopiedProps {
  /** What it is; said by the button. */
  readonly label: string;
  readonly value: string;
  /** Default true: the label stands above it. */
  readonly hasLabel?: boolean;
}

/** Something to carry elsewhere, to the letter. */
export function Copied({ label, value, hasLabel = true }: CopiedProps) {
  return (
    <div>
      {hasLabel && (
        <Text size="xs" c="dimmed" mb={4}>
          {label}
        </Text>
      )}
      <div className={classes.root}>
        <Mono>{value}</Mono>
        <CopyButton value={value} what={label} />
      </div>
    </div>
  );
}
