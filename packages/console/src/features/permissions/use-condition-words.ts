/**
 * Conditions in words. Trust: they come from an app or from a server newer than this page, so
 * whatever is not of the expected shape is named and not described.
 */
import { type GrantConditions, grantConditionsSchema } from "@berth/protocol";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { en } from "../../i18n/en/index.ts";
import type { Format } from "../format/format.ts";
import { useFormat } from "../format/use-format.ts";

export type ConditionWords = (
  conditions: Readonly<Record<string, unknown>> | undefined,
) => readonly string[];

type ConditionName = keyof (typeof en)["grants"]["condition"];
/** Narrower than the whole dictionary, which is too large a union to be inferred sentence by sentence. */
type Words = (key: `grants.condition.${ConditionName}`, values?: Record<string, unknown>) => string;

/** One sentence for each condition. */
export function useConditionWords(): ConditionWords {
  const { t } = useTranslation();
  const format = useFormat();
  return useCallback(
    (conditions = {}) =>
      Object.keys(conditions).map((name) => {
        const read = grantConditionsSchema.safeParse({ [name]: conditions[name] });
        const sentence = read.success
          ? sentenceOf(read.data, t as unknown as Words, format)
          : undefined;
        return sentence ?? t("grants.condition.unknown", { name });
      }),
    [t, format],
  );
}

function sentenceOf(one: GrantConditions, t: Words, format: Format): string | undefined {
  const list = (words: readonly string[]) => ({ list: words.join(", ") });
  if (one.time !== undefined) {
    const { days, from = "00:00", until = "24:00", timeZone: zone } = one.time;
    const named = days?.join(", ") ?? t("grants.condition.everyDay");
    return t("grants.condition.time", { days: named, from, until, zone });
  }
  if (one.roles !== undefined) return t("grants.condition.roles", list(one.roles));
  if (one.groups !== undefined) return t("grants.condition.groups", list(one.groups));
  if (one.organizations !== undefined)
    return t("grants.condition.organizations", list(one.organizations));
  if (one.ipRanges !== undefined) return t("grants.condition.ipRanges", list(one.ipRanges));
  if (one.maxSecondFactorAgeMinutes !== undefined)
    return t("grants.condition.secondFactor", { minutes: one.maxSecondFactorAgeMinutes });
  if (one.rate !== undefined) {
    const window = format.durationMs(one.rate.windowMs);
    return t("grants.condition.rate", { calls: one.rate.maxCalls, window });
  }
  if (one.maxConsentAgeDays !== undefined)
    return t("grants.condition.consentAge", { days: one.maxConsentAgeDays });
  if (one.maxDataClass !== undefined)
    return t("grants.condition.dataClass", { class: one.maxDataClass });
  return undefined;
}
