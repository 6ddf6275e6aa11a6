import classes from "./Mono.module.css";

/** Something to be compared or copied rather than read: a digest, an id, a pattern. */
export function Mono({
  children,
  isFaint = false,
}: {
  readonly children: string;
  readonly isFaint?: boolean;
}) {
  return <code className={isFaint ? classes.faint : classes.root}>{children}</code>;
}
