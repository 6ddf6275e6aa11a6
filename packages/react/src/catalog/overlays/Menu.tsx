/** A button that opens a list of acts, walked by keys as the ARIA menu button pattern says. */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from "react";
import type { ComponentProps } from "../component-props.ts";
import { Icon } from "../icons.tsx";
import { usePopup } from "./use-popup.ts";

export function Menu(props: ComponentProps<"Menu">): ReactNode {
  const { label, isLabelHidden, items, isDisabled, onChoose } = props;
  const id = useId();
  const popup = usePopup();
  // Which item gets the focus when the menu opens: opened upwards, the last.
  const first = useRef<"first" | "last">("first");

  const entries = (): readonly HTMLElement[] => [
    ...(popup.panel.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? []),
  ];
  const { isOpen, panel } = popup;
  useEffect(() => {
    if (!isOpen) return;
    const all = panel.current?.querySelectorAll<HTMLElement>("[role=menuitem]");
    all?.[first.current === "first" ? 0 : all.length - 1]?.focus();
  }, [isOpen, panel]);

  const openAt = (place: "first" | "last"): void => {
    first.current = place;
    popup.open();
  };
  const onButtonKey = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    openAt(event.key === "ArrowDown" ? "first" : "last");
  };
  const onMenuKey = (event: KeyboardEvent): void => {
    const all = entries();
    const at = all.indexOf(event.target as HTMLElement);
    if (event.key === "Tab") {
      // From the button on, as if the menu had not been there.
      popup.close();
      return;
    }
    const target =
      { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key] ??
      findByLetter(all, at, event);
    if (target === undefined) return;
    event.preventDefault();
    all[(target + all.length) % all.length]?.focus();
  };

  return (
    <div {...popup.frame} className="berth-menu">
      <button
        ref={popup.button}
        type="button"
        id={`${id}-button`}
        className={isLabelHidden ? "berth-icon-button" : "berth-button"}
        data-variant="secondary"
        data-size="md"
        aria-label={isLabelHidden ? label : undefined}
        aria-haspopup="menu"
        aria-expanded={popup.isOpen}
        disabled={isDisabled}
        onClick={() => (popup.isOpen ? popup.close() : openAt("first"))}
        onKeyDown={onButtonKey}
      >
        {isLabelHidden ? <Icon name="more" size={16} /> : label}
        {isLabelHidden ? null : <Icon name="decrease" size={12} />}
      </button>
      {popup.isOpen ? (
        <div
          ref={popup.panel}
          className="berth-popup berth-menu-items"
          role="menu"
          tabIndex={-1}
          aria-labelledby={`${id}-button`}
          onKeyDown={onMenuKey}
        >
          {items.map((item, index) => (
            <button
              // biome-ignore lint/suspicious/noArrayIndexKey: an app's values may repeat
              key={`${index}:${item.value}`}
              type="button"
              role="menuitem"
              tabIndex={-1}
              className="berth-menu-item"
              data-dangerous={item.isDangerous}
              // It can be reached, so that it is known to be there.
              aria-disabled={item.isDisabled}
              onClick={() => {
                if (item.isDisabled) return;
                popup.close();
                onChoose?.(item.value);
              }}
            >
              {item.label}
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}

/** The next entry that begins with the letter that was typed. */
export function findByLetter(
  entries: readonly { readonly textContent: string | null }[],
  at: number,
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">,
): number | undefined {
  if ([...event.key].length !== 1 || event.key === " ") return undefined;
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const letter = event.key.toLocaleLowerCase();
  for (let step = 1; step <= entries.length; step += 1) {
    const index = (at + step) % entries.length;
    if (entries[index]?.textContent?.trim().toLocaleLowerCase().startsWith(letter)) return index;
  }
  return undefined;
}
