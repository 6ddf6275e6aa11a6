import { ActionIcon, SegmentedControl, Tooltip } from "@mantine/core";
import { IconRestore } from "@tabler/icons-react";
import { Brand } from "../app/shell/Brand.tsx";
import { ColorSchemeToggle } from "../app/shell/ColorSchemeToggle.tsx";
import { StateDot, type Tone } from "../ui/StateDot.tsx";
import classes from "./DevHeader.module.css";
import type { StageWidth } from "./DevHost.tsx";
import type { DevConnection } from "./use-dev-state.ts";

export interface DevHeaderProps {
  readonly connection: DevConnection;
  readonly width: StageWidth;
  readonly onWidth: (width: StageWidth) => void;
  readonly onStartOver: () => void;
}

export function DevHeader({ connection, onStartOver, onWidth, width }: DevHeaderProps) {
  const { manifest } = connection.state ?? {};
  const { label, tone } = statusOf(connection);
  const startOver = "Start over, without what the view kept";
  return (
    <header className={classes.root}>
      <span className={classes.brand}>
        <Brand />
      </span>
      <span className={classes.divider} aria-hidden />
      <h1 className={classes.name}>{manifest?.name ?? "berth dev"}</h1>
      {manifest && <span className={classes.version}>{manifest.version}</span>}
      <span className={classes.status} role="status">
        <StateDot tone={tone} label={label} />
      </span>
      <span className={classes.tools}>
        <span className={classes.widths}>
          <SegmentedControl
            aria-label="Width of the view"
            value={width}
            onChange={onWidth}
            data={[
              { value: "fit", label: "Fit" },
              { value: "phone", label: "390" },
            ]}
          />
        </span>
        <Tooltip label={startOver}>
          <ActionIcon aria-label={startOver} onClick={onStartOver}>
            <IconRestore size={17} stroke={1.7} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <ColorSchemeToggle />
      </span>
    </header>
  );
}

function statusOf({ isConnected, state }: DevConnection): { label: string; tone: Tone } {
  if (!isConnected) return { label: "berth dev has ended", tone: "warn" };
  if (state === undefined) return { label: "Building", tone: "busy" };
  if (state.problem !== null) return { label: "Broken build", tone: "bad" };
  if (state.function.state === "starting") return { label: "Function starts", tone: "busy" };
  return { label: `Built in ${state.build?.buildMs ?? 0} ms`, tone: "good" };
}
