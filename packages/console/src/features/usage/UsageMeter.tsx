import { Group, Progress, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../format/use-format.ts";

export interface UsageMeterProps {
  readonly label: string;
  readonly hint: string;
  /** Bytes. */
  readonly used: number;
  /** Bytes; 0 when nothing at all may be used. */
  readonly limit: number;
}

const nearlyFull = 85;

/** How much of a limit is used: as figures, and as a bar. */
export function UsageMeter({ label, hint, used, limit }: UsageMeterProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const percent = limit > 0 ? Math.min(100, (used / limit) * 100) : used > 0 ? 100 : 0;
  return (
    <div>
      <Group justify="space-between" gap="xs" mb={5}>
        <Text fw={500}>{label}</Text>
        <Text c="dimmed">
          {t("usage.of", { used: format.bytes(used), limit: format.bytes(limit) })}
        </Text>
      </Group>
      <Progress.Root size="sm">
        <Progress.Section
          value={percent}
          color={percent >= nearlyFull ? "red" : "tide"}
          aria-label={label}
        />
      </Progress.Root>
      <Text size="xs" c="dimmed" mt={4}>
        {hint}
      </Text>
    </div>
  );
}
