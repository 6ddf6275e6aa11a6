/** The pane of a tab. Drawn anew only when there is news: while the lists stand still, not at all. */
import type { AppInspection } from "@berth/browser/inspect";
import type { Grant } from "@berth/protocol";
import { memo, type ReactNode } from "react";
import { CallsPane } from "./panes/CallsPane.tsx";
import { DenialsPane } from "./panes/DenialsPane.tsx";
import { DrawingPane } from "./panes/DrawingPane.tsx";
import { LogsPane } from "./panes/LogsPane.tsx";
import { MessagesPane } from "./panes/MessagesPane.tsx";
import { OverviewPane } from "./panes/OverviewPane.tsx";
import { PermissionsPane } from "./panes/PermissionsPane.tsx";
import type { InspectorTab } from "./words/inspector-messages.ts";

export interface PaneProps {
  readonly tab: InspectorTab;
  readonly app: AppInspection;
  readonly onRead: () => void;
  readonly onRevoke: ((grant: Grant) => void) | undefined;
}

export const Pane = memo(
  function Pane({ tab, app, onRead, onRevoke }: PaneProps): ReactNode {
    switch (tab) {
      case "overview":
        return <OverviewPane app={app} />;
      case "messages":
        return <MessagesPane app={app} onRead={onRead} />;
      case "drawing":
        return <DrawingPane app={app} />;
      case "calls":
        return <CallsPane app={app} />;
      case "permissions":
        return <PermissionsPane app={app} onRevoke={onRevoke} />;
      case "denials":
        return <DenialsPane app={app} />;
      case "logs":
        return <LogsPane app={app} />;
    }
  },
  // What the callbacks do depends on the app alone.
  (before, after) => before.app === after.app && before.tab === after.tab,
);
