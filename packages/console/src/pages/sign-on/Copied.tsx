import { Text } from "@mantine/core";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Mono } from "../../ui/Mono.tsx";
import classes from "./sign-on.module.css";

/** Something to carry into another system, to the letter. */
export function Copied({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        {label}
      </Text>
      <div className={classes.copied}>
        <Mono>{value}</Mono>
        <CopyButton value={value} what={label} />
      </div>
    </div>
  );
}
