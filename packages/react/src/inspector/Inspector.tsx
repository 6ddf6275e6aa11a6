/** The inspector's frame: whose state it is, what can be done, and the tabs. */
import type { AppRuntimeManager } from "@berth/browser";
import type { AppInspection, InspectionList } from "@berth/browser/inspect";
import type { Grant } from "@berth/protocol";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon } from "../catalog/icons.tsx";
import { contentOf } from "./content-of.ts";
import { useInspectorContext } from "./inspector-context.ts";
import { Pane } from "./Pane.tsx";
import { Actions } from "./parts/Actions.tsx";
import { Confirm, type Question } from "./parts/Confirm.tsx";
import { DenialAnnouncer } from "./parts/DenialAnnouncer.tsx";
import { Choice } from "./parts/filters.tsx";
import { StateBadge } from "./parts/StateBadge.tsx";
import { Tabs } from "./parts/Tabs.tsx";
import { Toolbar } from "./parts/Toolbar.tsx";
import { type Inspected, useInspected, useInspection } from "./use-inspection.ts";
import type { InspectorTab } from "./words/inspector-messages.ts";

export interface InspectorProps {
  readonly manager: AppRuntimeManager;
  readonly instance: string | undefined;
  readonly canAct: boolean;
  readonly onClose: (() => void) | undefined;
}

/** The lists that a tab shows, which its "Clear" empties. */
const clearable: Readonly<Partial<Record<InspectorTab, InspectionList>>> = {
  messages: "messages",
  drawing: "mutations",
  calls: "calls",
  denials: "denials",
  logs: "logs",
};

export function Inspector({ manager, instance, canAct, onClose }: InspectorProps): ReactNode {
  const { words } = useInspectorContext();
  const [chosen, setChosen] = useState<string>();
  const [tab, setTab] = useState<InspectorTab>("overview");
  const [held, setHeld] = useState<AppInspection>();
  const [question, setQuestion] = useState<Question>();
  const [failure, setFailure] = useState<string>();
  const inspection = useInspection(manager);
  const [{ apps, app }] = useInspected(inspection, instance ?? chosen);
  const id = useId();
  const shownInstance = app?.instance;
  // What stood still or went wrong was another app's.
  // biome-ignore lint/correctness/useExhaustiveDependencies: at every change of the app
  useEffect(() => {
    setHeld(undefined);
    setFailure(undefined);
  }, [shownInstance]);

  const latest = useRef(app);
  useEffect(() => {
    latest.current = app;
  });
  const read = (): void => setHeld((before) => before ?? latest.current);
  const fail = (error: unknown): void =>
    setFailure(error instanceof Error ? error.message : String(error));
  const clear = (list: InspectionList): void => {
    if (app === undefined) return;
    inspection?.clear(app.instance, list);
    if (held !== undefined) setHeld(inspection?.snapshot(app.instance));
  };
  const askRevoke = (grant: Grant): void =>
    setQuestion({
      title: words.revokeTitle,
      body: `${grant.type} ${grant.resource} (${grant.actions.join(", ")}). ${words.revokeBody}`,
      act: words.revoke,
      run: () => {
        if (app !== undefined) manager.get(app.instance)?.permissions.revoke(grant.id);
      },
    });

  const list = clearable[tab];
  const shown = held ?? app;
  return (
    <section className="berth-inspector" aria-label={words.title}>
      <header className="berth-inspector-head">
        <h2>{words.title}</h2>
        <Picker apps={apps} app={app} onChoose={instance === undefined ? setChosen : undefined} />
        {app === undefined ? null : <StateBadge state={app.state} step={app.report.step} />}
        {app !== undefined && canAct ? (
          <Actions manager={manager} app={app} onAsk={setQuestion} onFailed={fail} />
        ) : null}
        {onClose ? (
          <button
            type="button"
            className="berth-icon-button berth-inspector-close"
            aria-label={words.close}
            onClick={onClose}
          >
            <Icon name="close" />
          </button>
        ) : null}
      </header>
      <Problems app={app} failure={failure} />
      {app === undefined || shown === undefined ? (
        <div className="berth-inspector-nothing">
          <p className="berth-empty-title">{words.nothingTitle}</p>
          <p className="berth-empty-description">{words.nothingBody}</p>
        </div>
      ) : (
        <>
          <DenialAnnouncer app={app} />
          <Tabs
            id={id}
            selected={tab}
            onSelect={setTab}
            counts={{ denials: app.denials.length }}
            tools={
              <Toolbar
                isHeld={held !== undefined}
                onHold={(isHeld) => setHeld(isHeld ? app : undefined)}
                onClear={list && (() => clear(list))}
                content={contentOf(shown, tab)}
              />
            }
          >
            <Pane
              key={shown.instance}
              tab={tab}
              app={shown}
              onRead={read}
              onRevoke={canAct ? askRevoke : undefined}
            />
          </Tabs>
        </>
      )}
      <Confirm question={question} onClose={() => setQuestion(undefined)} />
    </section>
  );
}

interface PickerProps extends Inspected {
  /** Absent where the app is given. */
  readonly onChoose: ((instance: string) => void) | undefined;
}

function Picker({ apps, app, onChoose }: PickerProps): ReactNode {
  const { words } = useInspectorContext();
  if (app === undefined) return null;
  if (onChoose === undefined || apps.length < 2)
    return (
      <p className="berth-inspector-app">
        {app.app.name} <span>{app.app.version}</span>
      </p>
    );
  return (
    <Choice
      label={words.app}
      value={app.instance}
      options={apps.map(({ instance, name }) => [instance, `${name} · ${instance}`] as const)}
      onChange={onChoose}
    />
  );
}

interface ProblemsProps {
  readonly app: AppInspection | undefined;
  /** Of what the reader has just tried. */
  readonly failure: string | undefined;
}

function Problems({ app, failure }: ProblemsProps): ReactNode {
  const { words } = useInspectorContext();
  const problem = app?.problem;
  return (
    <>
      {failure === undefined ? null : (
        <p className="berth-inspector-problem" role="alert">
          {failure}
        </p>
      )}
      {problem === undefined ? null : (
        <p className="berth-inspector-problem">
          <strong>{words.failed}:</strong> {problem.message} <code>{problem.code}</code>
        </p>
      )}
    </>
  );
}
