import {
  type InstallStep,
  installSteps,
  type UninstallStep,
  uninstallSteps,
} from "@berth/protocol";

/** The words for a step; undefined for one that a newer server added. */
export function stepWord(name: string): `steps.${InstallStep | UninstallStep}` | undefined {
  const known = [...installSteps, ...uninstallSteps].find((step) => step === name);
  return known && `steps.${known}`;
}
