import { useComputedColorScheme } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useRunningApps } from "../../features/runtime/use-running-apps.ts";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import classes from "./InspectorPane.module.css";

/** Loaded when somebody first looks. */
const AppInspector = lazy(async () => {
  const { AppInspector: Loaded } = await import("./app-inspector.ts");
  return { default: Loaded };
});

export interface InspectorPaneProps {
  /** Undefined while the view's session is being opened. */
  readonly instance: string | undefined;
  readonly onClose: () => void;
}

/** What a running app does and may do, beside its view. */
export function InspectorPane({ instance, onClose }: InspectorPaneProps) {
  const { i18n } = useTranslation();
  const { manager } = useRunningApps();
  const scheme = useComputedColorScheme("light");
  return (
    <div className={classes.root}>
      {instance === undefined ? (
        <LoadingRows count={2} height={48} />
      ) : (
        <Suspense fallback={<LoadingRows count={2} height={48} />}>
          <AppInspector
            runtime={{ manager }}
            instance={instance}
            theme={scheme}
            locale={i18n.language}
            onClose={onClose}
          />
        </Suspense>
      )}
    </div>
  );
}
