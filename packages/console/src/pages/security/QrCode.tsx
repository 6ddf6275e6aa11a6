import { createQrCode } from "../../features/security/qr-code.ts";

const marginModules = 4;

export interface QrCodeProps {
  readonly text: string;
  /** What it is, for those who do not see it. */
  readonly label: string;
  readonly className?: string | undefined;
}

/** Nothing for a text that is too long; what it holds stands beside it as text, too. */
export function QrCode({ text, label, className }: QrCodeProps) {
  const rows = createQrCode(text);
  if (rows === undefined) return null;
  const size = rows.length + 2 * marginModules;
  const path = rows
    .flatMap((row, y) =>
      row.map((isDark, x) => (isDark ? `M${x + marginModules} ${y + marginModules}h1v1h-1z` : "")),
    )
    .join("");
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      className={className}
      shapeRendering="crispEdges"
    >
      <path d={path} fill="#000" />
    </svg>
  );
}
