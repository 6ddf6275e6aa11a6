/**
 * A tree of items, walked by keys as the ARIA tree pattern says.
 *
 * Owns which items are open until the app says otherwise of one of them.
 */
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import type { ComponentProps } from "../component-props.ts";
import { useEchoedValue } from "../fields/use-echoed-value.ts";
import { Icon } from "../icons.tsx";
import { findByLetter } from "../overlays/Menu.tsx";
import { readTree, type TreeItem, type TreeRow } from "./tree-rows.ts";

interface Toggled {
  readonly isOpen: boolean;
  /** What the app said then: once it says something else, that holds. */
  readonly told: boolean | undefined;
}

export function Tree(props: ComponentProps<"Tree">): ReactNode {
  const { label, items, onToggle } = props;
  const list = useRef<HTMLUListElement>(null);
  const [toggled, setToggled] = useState<ReadonlyMap<string, Toggled>>(new Map());
  const [active, setActive] = useState<number>();
  const { shown: chosen, change: choose } = useEchoedValue<string | null, string>({
    value: props.value ?? null,
    onChange: props.onChoose,
  });

  const isOpen = (item: TreeItem): boolean => {
    const own = toggled.get(item.id);
    return own !== undefined && own.told === item.isOpen ? own.isOpen : item.isOpen === true;
  };
  const rows = readTree(items, isOpen);
  // The one stop of the Tab key: where the keys were last, else the chosen item, else the first.
  const stop =
    rows.find((row) => row.index === active) ??
    rows.find((row) => row.item.id === chosen) ??
    rows[0];

  const toggle = ({ item }: TreeRow, next: boolean): void => {
    setToggled((known) => new Map(known).set(item.id, { isOpen: next, told: item.isOpen }));
    void onToggle?.({ id: item.id, isOpen: next });
  };
  const goTo = (row: TreeRow | undefined): void => {
    if (row === undefined) return;
    setActive(row.index);
    list.current?.querySelector<HTMLElement>(`[data-row="${row.index}"]`)?.focus();
  };
  const press = (row: TreeRow): void => {
    if (props.onChoose !== undefined) choose(row.item.id);
    else if (row.hasItems) toggle(row, !row.isOpen);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>, row: TreeRow): void => {
    const isRightToLeft = getComputedStyle(event.currentTarget).direction === "rtl";
    const inwards = isRightToLeft ? "ArrowLeft" : "ArrowRight";
    const outwards = isRightToLeft ? "ArrowRight" : "ArrowLeft";
    const at = rows.indexOf(row);
    const { key } = event;
    if (key === "Enter" || key === " ") press(row);
    else if (key === inwards && row.hasItems && !row.isOpen) toggle(row, true);
    else if (key === inwards && row.hasItems) goTo(rows[at + 1]);
    else if (key === outwards && row.hasItems && row.isOpen) toggle(row, false);
    else if (key === outwards) goTo(rows.find(({ index }) => index === row.parent));
    else {
      const labels = rows.map(({ item }) => ({ textContent: item.label }));
      const target =
        { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[key] ??
        findByLetter(labels, at, event);
      if (target === undefined) return;
      goTo(rows[target]);
    }
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the tree pattern's own roles
    <ul ref={list} className="berth-tree" role="tree" aria-label={label}>
      {rows.map((row) => (
        <li
          key={`${row.index}:${row.item.id}`}
          className="berth-tree-row"
          role="treeitem"
          data-row={row.index}
          style={{ paddingInlineStart: `calc((${row.level} - 1) * var(--berth-unit) * 4 + 4px)` }}
          tabIndex={row === stop ? 0 : -1}
          aria-level={row.level}
          aria-posinset={row.place}
          aria-setsize={row.siblings}
          aria-expanded={row.hasItems ? row.isOpen : undefined}
          aria-selected={row.item.id === chosen}
          onKeyDown={(event) => onKeyDown(event, row)}
          onClick={() => {
            goTo(row);
            press(row);
          }}
        >
          <span
            className="berth-tree-twist"
            aria-hidden="true"
            onClick={(event) => {
              if (!row.hasItems) return;
              event.stopPropagation();
              goTo(row);
              toggle(row, !row.isOpen);
            }}
          >
            {row.hasItems ? <Icon name="next" size={12} /> : null}
          </span>
          <span className="berth-tree-label">{row.item.label}</span>
          {row.item.detail ? <span className="berth-tree-detail">{row.item.detail}</span> : null}
        </li>
      ))}
    </ul>
  );
}
