import type { InstallationView } from "@berth/protocol/api";
import { useTranslation } from "react-i18next";
import { StateDot, type Tone } from "../../ui/StateDot.tsx";

const tones: Readonly<Record<InstallationView["state"], Tone>> = {
  installing: "busy",
  installed: "quiet",
  loading: "busy",
  running: "good",
  suspended: "warn",
  updating: "busy",
  uninstalling: "busy",
  failed: "bad",
};

export function InstallationStateDot({ state }: { readonly state: InstallationView["state"] }) {
  const { t } = useTranslation();
  return <StateDot tone={tones[state]} label={t(`installationState.${state}`)} />;
}
