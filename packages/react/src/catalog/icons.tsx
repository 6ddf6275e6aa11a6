/** The few signs that the components draw themselves; all are decoration to a screen reader. */
import type { ReactNode } from "react";

const paths = {
  close: "M4 4l8 8M12 4l-8 8",
  download: "M8 2v8m0 0L4.8 6.8M8 10l3.2-3.2M2.5 13.5h11",
  previous: "M10 3.5L5.5 8l4.5 4.5",
  next: "M6 3.5L10.5 8 6 12.5",
  ascending: "M8 13V3m0 0L4.5 6.5M8 3l3.5 3.5",
  descending: "M8 3v10m0 0L4.5 9.5M8 13l3.5-3.5",
  unsorted: "M5 6.2L8 3.2l3 3M5 9.8l3 3 3-3",
  increase: "M4 10l4-4 4 4",
  decrease: "M4 6l4 4 4-4",
  calendar:
    "M2.5 4.5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1zM2.5 6.8h11M5.4 2v2.4M10.6 2v2.4",
  copy: "M5.5 5.5v-2a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2M3.5 5.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1z",
  check: "M3.2 8.6l3 3 6.6-7",
  more: "M3 8h.6M7.7 8h.6M12.4 8h.6",
  info: "M8 7.2v4M8 4.6v.2M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
  success: "M5.2 8.2l2 2 3.6-4M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
  warning: "M8 6v3.2M8 11.4v.1M8 2.2L14.2 13H1.8L8 2.2z",
  danger: "M8 4.8v3.8M8 11v.1M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 14 }: { name: IconName; size?: number }): ReactNode {
  return (
    <svg
      className="berth-icon"
      data-icon={name}
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
