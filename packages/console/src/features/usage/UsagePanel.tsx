import type { InstallationDetail, UsageView } from "@berth/protocol/api";
import { useTranslation } from "react-i18next";
import { QueryView } from "../../ui/QueryView.tsx";
import { Section } from "../../ui/Section.tsx";
import { useFormat } from "../format/use-format.ts";
import { UsageMeter } from "./UsageMeter.tsx";
import classes from "./UsagePanel.module.css";
import { useUsage } from "./use-usage.ts";

const bytesPerMb = 1_000_000;

export function UsagePanel({ installation }: { readonly installation: InstallationDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const usage = useUsage(installation.id);
  return (
    <Section
      title={t("usage.title")}
      description={usage.data && t("usage.since", { when: format.instant(usage.data.since) })}
    >
      <QueryView query={usage}>
        {(used) => (
          <>
            <div className={classes.meters}>
              <UsageMeter
                label={t("limits.memory")}
                hint={t(
                  used.cells === 0
                    ? "usage.asleep"
                    : used.isEstimate
                      ? "usage.shared"
                      : "usage.cells",
                  { count: used.cells },
                )}
                used={used.memoryBytes}
                limit={installation.resources.memory * bytesPerMb}
              />
              <UsageMeter
                label={t("limits.storage")}
                hint={t("usage.keys", { count: used.stateKeys })}
                used={used.stateBytes}
                limit={installation.resources.storage * bytesPerMb}
              />
            </div>
            <UsageFigures used={used} />
          </>
        )}
      </QueryView>
    </Section>
  );
}

function UsageFigures({ used }: { readonly used: UsageView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const time = (value: number | null) => (value === null ? "–" : format.durationMs(value));
  const figures = [
    [t("usage.requests"), format.number(used.requests)],
    [t("usage.failed"), format.number(used.failedRequests)],
    [t("usage.p50"), time(used.p50Ms)],
    [t("usage.p95"), time(used.p95Ms)],
    [t("usage.cpu"), format.durationMs(used.cpuMs)],
    [t("usage.calls"), format.number(used.capabilityCalls)],
    [t("usage.denied"), format.number(used.deniedCalls)],
    [t("usage.egress"), format.number(used.egressRequests)],
    [t("usage.bytesIn"), format.bytes(used.bytesIn)],
    [t("usage.bytesOut"), format.bytes(used.bytesOut)],
  ] as const;
  return (
    <dl className={classes.figures}>
      {figures.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
