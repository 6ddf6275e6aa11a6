import { type ReactNode, useId } from "react";
import { useSurroundings } from "./catalog-context.tsx";
import type { ComponentProps } from "./component-props.ts";

export function Progress(props: ComponentProps<"Progress">): ReactNode {
  const { label, value, tone = "info" } = props;
  const id = useId();
  const { locale } = useSurroundings();
  const share = value === null ? undefined : value / 100;
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const detail = props.detail ?? (share === undefined ? undefined : percent.format(share));
  return (
    <div className="berth-progress" data-tone={tone}>
      <div className="berth-progress-words">
        <span id={id}>{label}</span>
        {detail ? <span className="berth-progress-detail">{detail}</span> : null}
      </div>
      <div
        role="progressbar"
        className="berth-progress-bar"
        aria-labelledby={id}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={value ?? undefined}
        aria-valuetext={detail}
      >
        <div
          className="berth-progress-fill"
          data-unknown={value === null || undefined}
          style={value === null ? undefined : { inlineSize: `${value}%` }}
        />
      </div>
    </div>
  );
}
