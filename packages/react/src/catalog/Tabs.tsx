import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";
import type { ComponentProps } from "./component-props.ts";
import { useEchoedValue } from "./fields/use-echoed-value.ts";

/** Choosing shows at once; the panel holds what the app draws for the chosen tab. */
export function Tabs(props: ComponentProps<"Tabs">): ReactNode {
  const { label, tabs, children } = props;
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const { shown, change } = useEchoedValue({ value: props.value, onChange: props.onChange });
  const selected = Math.max(
    0,
    tabs.findIndex((tab) => tab.value === shown),
  );

  const choose = (index: number): void => {
    const tab = tabs[index];
    if (tab !== undefined && tab.value !== shown) change(tab.value);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const isRightToLeft = getComputedStyle(event.currentTarget).direction === "rtl";
    const target = {
      ArrowLeft: selected + (isRightToLeft ? 1 : -1),
      ArrowRight: selected + (isRightToLeft ? -1 : 1),
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const index = (target + tabs.length) % tabs.length;
    choose(index);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[index]?.focus();
  };

  return (
    <div className="berth-tabs">
      <div ref={list} role="tablist" aria-label={label} className="berth-tab-list">
        {tabs.map((tab, index) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: an app's values may repeat
            key={`${index}:${tab.value}`}
            type="button"
            role="tab"
            id={`${id}-${index}`}
            className="berth-tab"
            aria-selected={index === selected}
            aria-controls={`${id}-panel`}
            tabIndex={index === selected ? 0 : -1}
            onClick={() => choose(index)}
            onKeyDown={onKeyDown}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        className="berth-tab-panel"
        aria-labelledby={`${id}-${selected}`}
      >
        {children}
      </div>
    </div>
  );
}
