import type { ResourceLimits } from "@berth/protocol";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Fact } from "../../ui/Facts.tsx";
import { useFormat } from "../format/use-format.ts";

const bytesPerMb = 1_000_000;

/** The five limits of an app, each in words with its unit. */
export function useLimitFacts(): (limits: ResourceLimits) => readonly Fact[] {
  const { t } = useTranslation();
  const format = useFormat();
  return useCallback(
    (limits) => [
      { label: t("limits.memory"), value: format.bytes(limits.memory * bytesPerMb) },
      { label: t("limits.cpu"), value: t("limits.cpuValue", { percent: limits.cpu }) },
      { label: t("limits.storage"), value: format.bytes(limits.storage * bytesPerMb) },
      {
        label: t("limits.network"),
        value: t("limits.perMinute", { number: format.number(limits.network) }),
      },
      {
        label: t("limits.apiCalls"),
        value: t("limits.perMinute", { number: format.number(limits.apiCalls) }),
      },
    ],
    [t, format],
  );
}
