import classes from "./StateDot.module.css";

export type Tone = "good" | "bad" | "warn" | "busy" | "quiet";

/** A state as a word with a colour beside it; never the colour alone. */
export function StateDot({ tone, label }: { readonly tone: Tone; readonly label: string }) {
  return (
    <span className={classes.root} data-tone={tone}>
      <span className={classes.dot} aria-hidden />
      {label}
    </span>
  );
}
