import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";

export interface LifetimeSelectProps {
  readonly label: string;
  /** Days; null: without an end. */
  readonly value: number | null;
  readonly onChange: (days: number | null) => void;
  readonly days: readonly number[];
  /** Default false. */
  readonly hasNoEnd?: boolean;
}

const noEnd = "";

/** After how many days something ends. */
export function LifetimeSelect({ days, label, onChange, value, hasNoEnd }: LifetimeSelectProps) {
  const { t } = useTranslation();
  return (
    <Select
      label={label}
      allowDeselect={false}
      value={value === null ? noEnd : String(value)}
      onChange={(chosen) => onChange(chosen === null || chosen === noEnd ? null : Number(chosen))}
      data={[
        ...days.map((count) => ({
          value: String(count),
          label: t("posture.days", { count, number: String(count) }),
        })),
        ...(hasNoEnd ? [{ value: noEnd, label: t("apiKeys.noEnd") }] : []),
      ]}
    />
  );
}
