import { useTranslation } from "react-i18next";
import { en } from "../../i18n/en/index.ts";

type Known = keyof (typeof en)["reach"]["condition"];

function isKnown(name: string): name is Known {
  return Object.hasOwn(en.reach.condition, name);
}

/** What a condition is about, by its name; the name itself when a newer server sent it. */
export function useConditionNames(): (name: string) => string {
  const { t } = useTranslation();
  return (name) => (isKnown(name) ? t(`reach.condition.${name}`) : name);
}
