/** Draws an example as a view's renderer draws an app's node, and answers its events as an app would. */
import type { CatalogEventName, CatalogName } from "@berth/protocol";
import { Fragment, type ReactNode, useState } from "react";
import { Button } from "../catalog/Button.tsx";
import { catalogComponents } from "../catalog/components.ts";
import type { GalleryExample } from "./example.ts";

export interface ExampleViewProps {
  readonly example: GalleryExample;
  /** Of the button before what is not always in sight. */
  readonly openLabel: (name: CatalogName) => string;
  readonly onEvent: (event: CatalogEventName, detail: unknown) => void;
}

export function ExampleView({ example, openLabel, onEvent }: ExampleViewProps): ReactNode {
  const { name, children, hears } = example;
  const [props, setProps] = useState(example.props);
  const [isGone, setGone] = useState(name === "Toast");
  const Component = catalogComponents[name];

  const answer = (event: CatalogEventName, detail: unknown): void => {
    onEvent(event, detail);
    const entered = enteredInto(name, event);
    if (entered !== undefined) setProps((known) => ({ ...known, [entered]: detail }));
    if (event !== "close") return;
    if ("isOpen" in props) setProps((known) => ({ ...known, isOpen: false }));
    else setGone(true);
  };
  const handlers: Record<string, (detail: unknown) => void> = {};
  // A field of a form can be left to the form.
  const heard = "name" in props ? hears : [...hears, ...changing(name)];
  for (const event of heard)
    handlers[`on${event.charAt(0).toUpperCase()}${event.slice(1)}`] = (detail) =>
      answer(event, detail);

  const drawn = isGone ? null : (
    <Component {...props} {...handlers}>
      {children.length === 0
        ? undefined
        : children.map((child, index) =>
            typeof child === "string" ? (
              child
            ) : (
              <ExampleView
                // biome-ignore lint/suspicious/noArrayIndexKey: examples do not change
                key={index}
                example={child}
                openLabel={openLabel}
                onEvent={onEvent}
              />
            ),
          )}
    </Component>
  );
  if (name !== "Toast" && !("isOpen" in props)) return drawn;
  return (
    <Fragment>
      <Button
        onPress={() => {
          if (name === "Toast") setGone(false);
          else setProps((known) => ({ ...known, isOpen: true }));
        }}
      >
        {openLabel(name)}
      </Button>
      {drawn}
    </Fragment>
  );
}

const controls: ReadonlySet<CatalogName> = new Set([
  ...(["TextField", "NumberField", "DateField", "Select", "RadioGroup"] as const),
  ...(["Checkbox", "Switch", "FileField", "Tabs"] as const),
]);

function changing(name: CatalogName): readonly CatalogEventName[] {
  return controls.has(name) ? ["change"] : [];
}

/** The property that an app sets anew on hearing the event. A file is only told. */
function enteredInto(name: CatalogName, event: CatalogEventName): string | undefined {
  if (name === "Tree" && event === "choose") return "value";
  if (event !== "change" || name === "FileField") return undefined;
  return name === "Checkbox" || name === "Switch" ? "isChecked" : "value";
}
