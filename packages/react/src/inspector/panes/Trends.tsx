import type { ReadingName } from "@berth/browser";
import type { AppInspection } from "@berth/browser/inspect";
import type { ReactNode } from "react";
import { useInspectorContext } from "../inspector-context.ts";
import { Sparkline } from "../parts/Sparkline.tsx";

/** Memory, busy time, messages and the rest over the last two minutes. */
export function Trends({ app }: { readonly app: AppInspection }): ReactNode {
  const { words, format } = useInspectorContext();
  const { samples, report } = app;
  const limitOf = (name: ReadingName) => report.limits.find(({ limit }) => limit === name);
  const absenceOf = (name: ReadingName) => {
    const now = limitOf(name)?.now;
    return now?.kind === "unavailable" ? now.reason : undefined;
  };
  const rate = (value: number | null) => words.perSecond(format.number(value));
  return (
    <div className="berth-inspector-charts">
      <Sparkline
        name={words.readings.memory}
        values={samples.map(({ memoryMb }) => memoryMb)}
        show={(value) => words.units.MB(format.number(value))}
        allowed={limitOf("memory")?.allowed}
        absence={absenceOf("memory")}
      />
      <Sparkline
        name={words.nodes}
        values={samples.map(({ nodes }) => nodes)}
        show={format.number}
      />
      <Sparkline
        name={words.readings.cpu}
        values={samples.map(({ cpuPercent }) => cpuPercent)}
        show={(value) => words.units.percent(format.number(value))}
        allowed={limitOf("cpu")?.allowed}
        absence={absenceOf("cpu")}
      />
      <Sparkline
        name={words.lateness}
        values={samples.map(({ lateMs }) => lateMs)}
        show={format.duration}
        absence={words.noHeartbeat}
      />
      <Sparkline
        name={words.fromApp}
        values={samples.map(({ fromApp }) => fromApp)}
        show={rate}
        allowed={limitOf("messages")?.allowed}
      />
      <Sparkline
        name={words.mutations}
        values={samples.map(({ mutations }) => mutations)}
        show={rate}
        allowed={limitOf("mutations")?.allowed}
      />
    </div>
  );
}
