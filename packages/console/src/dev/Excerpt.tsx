import type { DevExcerpt } from "@berth/protocol/dev";
import classes from "./Excerpt.module.css";

/** Lines of a source around a place, which is marked by colour and by a caret. */
export function Excerpt({ excerpt }: { readonly excerpt: DevExcerpt }) {
  const { firstLine, lines, place } = excerpt;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.root} tabIndex={0} aria-label={`${place.file}, line ${place.line}`}>
      {lines.map((line, index) => {
        const number = firstLine + index;
        const isMarked = number === place.line;
        return (
          <div key={number} className={classes.line} data-marked={isMarked}>
            <span className={classes.number}>{number}</span>
            <code>{line === "" ? " " : line}</code>
            {isMarked && (
              <>
                <span className={classes.number} aria-hidden />
                <code className={classes.caret} aria-hidden>
                  {`${" ".repeat(Math.min(place.column - 1, 300))}^`}
                </code>
              </>
            )}
          </div>
        );
      })}
    </section>
  );
}
