/** The inspector's tabs: one stop for the keyboard, arrows between them. */
import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { useInspectorContext } from "../inspector-context.ts";
import { type InspectorTab, inspectorTabs } from "../words/inspector-messages.ts";

export interface TabsProps {
  readonly id: string;
  readonly selected: InspectorTab;
  readonly onSelect: (tab: InspectorTab) => void;
  /** Shown beside a tab's name; zero is not. */
  readonly counts: Readonly<Partial<Record<InspectorTab, number>>>;
  /** Beside the tabs, or below them where there is no room. */
  readonly tools: ReactNode;
  readonly children: ReactNode;
}

export function Tabs({ id, selected, onSelect, counts, tools, children }: TabsProps): ReactNode {
  const { words, format } = useInspectorContext();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const at = inspectorTabs.indexOf(selected);
    const isRightToLeft = getComputedStyle(event.currentTarget).direction === "rtl";
    const target = {
      ArrowLeft: at + (isRightToLeft ? 1 : -1),
      ArrowRight: at + (isRightToLeft ? -1 : 1),
      Home: 0,
      End: inspectorTabs.length - 1,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const index = (target + inspectorTabs.length) % inspectorTabs.length;
    onSelect(inspectorTabs[index] ?? selected);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[index]?.focus();
  };
  return (
    <>
      <div className="berth-inspector-bar">
        <div ref={list} role="tablist" aria-label={words.title} className="berth-inspector-tabs">
          {inspectorTabs.map((tab) => {
            const count = counts[tab] ?? 0;
            return (
              <button
                key={tab}
                type="button"
                role="tab"
                id={`${id}-${tab}`}
                className="berth-tab"
                aria-selected={tab === selected}
                aria-controls={`${id}-panel`}
                tabIndex={tab === selected ? 0 : -1}
                onClick={() => onSelect(tab)}
                onKeyDown={onKeyDown}
              >
                {words.tabs[tab]}
                {count > 0 ? (
                  <span className="berth-inspector-count">{format.number(count)}</span>
                ) : null}
              </button>
            );
          })}
        </div>
        {tools}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        className="berth-inspector-panel"
        aria-labelledby={`${id}-${selected}`}
      >
        {children}
      </div>
    </>
  );
}
