import { Button, Group, SegmentedControl } from "@mantine/core";
import { IconCopy, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { StateDot } from "../../ui/StateDot.tsx";
import { useToast } from "../../ui/use-toast.ts";
import { LogLines } from "./LogLines.tsx";
import { isAtLeast, type LogLevel, logLevels, logText } from "./log-level.ts";
import { useHeld } from "./use-held.ts";
import { useLogEntries } from "./use-log-entries.ts";

/** The log as it grows: filtered by level, held still on demand, copied as text. */
export function LogPanel({ installation }: { readonly installation: string }) {
  const { t } = useTranslation();
  const toast = useToast();
  const [level, setLevel] = useState<LogLevel>("debug");
  const [isPaused, setIsPaused] = useState(false);
  const { entries, state, error } = useLogEntries(installation);
  const held = useHeld(entries, isPaused);
  const shown = held.filter((entry) => isAtLeast(entry.level, level));
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(logText(shown));
      toast.success(t("logs.copied", { count: shown.length }));
    } catch (cause) {
      toast.failure(cause);
    }
  };
  return (
    <>
      <Group gap="xs" mb="sm">
        <SegmentedControl
          aria-label={t("logs.level")}
          value={level}
          onChange={setLevel}
          data={logLevels.map((each) => ({ value: each, label: t(`logs.levels.${each}`) }))}
        />
        <Button
          variant="default"
          onClick={() => setIsPaused(!isPaused)}
          leftSection={
            isPaused ? (
              <IconPlayerPlay size={14} aria-hidden />
            ) : (
              <IconPlayerPause size={14} aria-hidden />
            )
          }
        >
          {isPaused ? t("logs.resume") : t("logs.pause")}
        </Button>
        <Button
          variant="default"
          disabled={shown.length === 0}
          leftSection={<IconCopy size={14} aria-hidden />}
          onClick={() => void copy()}
        >
          {t("logs.copy")}
        </Button>
        <span style={{ marginLeft: "auto" }}>
          {isPaused ? (
            <StateDot
              tone="warn"
              label={t("logs.paused", { count: entries.length - held.length })}
            />
          ) : (
            <StateDot
              tone={state === "live" ? "good" : state === "broken" ? "bad" : "quiet"}
              label={t(`logs.state.${state}`)}
            />
          )}
        </span>
      </Group>
      {state === "broken" && <ErrorAlert error={error} />}
      <LogLines entries={shown} isFollowing={!isPaused} isLoading={state === "loading"} />
    </>
  );
}
