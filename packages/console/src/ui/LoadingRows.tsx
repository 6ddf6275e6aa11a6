import { Skeleton, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Stands where rows will be. */
export function LoadingRows({
  count = 4,
  height = 44,
}: {
  readonly count?: number;
  readonly height?: number;
}) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" role="status" aria-label={t("states.loading")}>
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={`row-${String(index)}`} height={height} radius="md" />
      ))}
    </Stack>
  );
}
