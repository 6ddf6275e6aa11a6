/**
 * Every component of the catalog on one page, as an app's view would show it. Stands below a
 * `CatalogProvider`, whose theme, density, direction and language it shows.
 */
import type { CatalogName } from "@berth/protocol";
import { type ReactNode, useCallback, useId, useState } from "react";
import { ExampleView } from "./ExampleView.tsx";
import type { GalleryExample } from "./example.ts";
import { type GalleryGroup, galleryGroups } from "./examples.ts";

export interface GalleryWords {
  readonly groups: Readonly<Record<GalleryGroup, string>>;
  /** The button before what is not always in sight, such as "Open Modal". */
  readonly open: (name: string) => string;
}

export const galleryWords: GalleryWords = Object.freeze({
  groups: {
    layout: "Layout and words",
    entry: "Pressing and entering",
    figures: "Figures",
    content: "Content",
    notices: "Notices and dialogs",
  },
  open: (name: string) => `Open ${name}`,
});

export interface GalleryProps {
  /** English when absent. */
  readonly words?: GalleryWords;
}

export function Gallery({ words = galleryWords }: GalleryProps): ReactNode {
  const id = useId();
  return (
    <div className="berth-gallery">
      {galleryGroups.map(({ group, examples }) => (
        <section key={group} aria-labelledby={`${id}-${group}`}>
          <h2 id={`${id}-${group}`} className="berth-gallery-group">
            {words.groups[group]}
          </h2>
          <div className="berth-gallery-items">
            {Object.entries(examples).map(([name, each]) => (
              <GalleryItem
                key={name}
                // The table's keys are the catalog's names.
                name={name as CatalogName}
                examples={each}
                openLabel={words.open}
              />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}

interface GalleryItemProps {
  readonly name: CatalogName;
  readonly examples: readonly GalleryExample[];
  readonly openLabel: (name: CatalogName) => string;
}

function GalleryItem({ name, examples, openLabel }: GalleryItemProps): ReactNode {
  const [said, setSaid] = useState("");
  const onEvent = useCallback((event: string, detail: unknown) => {
    setSaid(`${event} ${JSON.stringify(detail)}`);
  }, []);
  return (
    <article
      className="berth-gallery-item"
      data-wide={examples.some(({ isWide }) => isWide)}
      data-sample={name}
    >
      <h3 className="berth-gallery-name">{name}</h3>
      {examples.map((example, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: examples do not change
          key={index}
        >
          <ExampleView example={example} openLabel={openLabel} onEvent={onEvent} />
        </div>
      ))}
      {/* What an app would hear. */}
      <output className="berth-gallery-said">{said}</output>
    </article>
  );
}
