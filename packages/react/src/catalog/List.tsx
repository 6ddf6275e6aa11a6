import type { ReactNode } from "react";
import { useSurroundings } from "./catalog-context.tsx";
import type { ComponentProps } from "./component-props.ts";

type Item = ComponentProps<"List">["items"][number];

/** Items can be pressed while the app listens. */
export function List(props: ComponentProps<"List">): ReactNode {
  const { label, items, isOrdered, emptyText, onChoose } = props;
  const { messages } = useSurroundings();
  if (items.length === 0) return <p className="berth-list-empty">{emptyText ?? messages.noRows}</p>;
  const Tag = isOrdered ? "ol" : "ul";
  return (
    <Tag className="berth-list" aria-label={label}>
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an app's ids may repeat
        <li key={`${index}:${item.id}`}>
          {onChoose === undefined ? (
            <div className="berth-list-item">{drawWords(item)}</div>
          ) : (
            <button
              type="button"
              className="berth-list-item"
              onClick={() => void onChoose(item.id)}
            >
              {drawWords(item)}
            </button>
          )}
        </li>
      ))}
    </Tag>
  );
}

function drawWords({ title, description, detail }: Item): ReactNode {
  return (
    <>
      <span className="berth-list-words">
        <span className="berth-list-title">{title}</span>
        {description ? <span className="berth-list-description">{description}</span> : null}
      </span>
      {detail ? <span className="berth-list-detail">{detail}</span> : null}
    </>
  );
}
