/**
 * Draws one node of a view by the catalog's component of its name.
 *
 * Trust: the tree holds only what the receiver has checked; a component gets exactly the
 * properties of its schema, and handlers for the events that the app listens to.
 */
import type { AppHandle, ElementNode } from "@berth/browser";
import { memo, type ReactNode, useMemo } from "react";
import { catalogComponents } from "../catalog/components.ts";
import { useViewNode } from "./use-view-node.ts";

export interface RemoteNodeProps {
  readonly app: AppHandle;
  readonly id: string;
}

export const RemoteNode = memo(function RemoteNode({ app, id }: RemoteNodeProps): ReactNode {
  const node = useViewNode(app.tree, id);
  switch (node?.kind) {
    case "root":
      return drawChildren(app, node.children);
    case "text":
      return node.text;
    case "element":
      return <RemoteElement app={app} node={node} />;
    default:
      return null;
  }
});

function RemoteElement({ app, node }: { app: AppHandle; node: ElementNode }): ReactNode {
  const { id, events } = node;
  const handlers = useMemo(() => {
    const made: Record<string, (detail: unknown) => Promise<void>> = {};
    for (const event of events)
      made[`on${event.charAt(0).toUpperCase()}${event.slice(1)}`] = (detail) =>
        app.dispatch(id, event, detail ?? null);
    return made;
  }, [app, id, events]);
  const Component = catalogComponents[node.name];
  if (node.children.length === 0) return <Component {...node.props} {...handlers} />;
  return (
    <Component {...node.props} {...handlers}>
      {drawChildren(app, node.children)}
    </Component>
  );
}

function drawChildren(app: AppHandle, children: readonly string[]): ReactNode {
  return children.map((child) => <RemoteNode key={child} app={app} id={child} />);
}
