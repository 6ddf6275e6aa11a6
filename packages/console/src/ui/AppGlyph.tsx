import classes from "./AppGlyph.module.css";

const hues = [190, 215, 250, 285, 330, 15, 40, 150];

/** Stands for an app: its first letter on a hue that follows from its name. No image of the app's is loaded. */
export function AppGlyph({
  app,
  title,
  size = 34,
}: {
  readonly app: string;
  readonly title: string;
  readonly size?: number;
}) {
  const hue =
    hues[[...app].reduce((sum, char) => sum + (char.codePointAt(0) ?? 0), 0) % hues.length];
  return (
    <span
      aria-hidden
      className={classes.root}
      style={
        { "--glyph-hue": String(hue), width: size, height: size, fontSize: size * 0.45 } as object
      }
    >
      {[...title][0]?.toUpperCase() ?? "?"}
    </span>
  );
}
