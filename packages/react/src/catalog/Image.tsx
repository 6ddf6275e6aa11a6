import { findImageSize } from "@berth/protocol";
import { type ReactNode, useMemo } from "react";
import type { ComponentProps } from "./component-props.ts";

/** The schema has seen that the source is a picture of a bounded size, and no address. */
export function Image(props: ComponentProps<"Image">): ReactNode {
  const { source, label, caption, width, isRounded } = props;
  // So that the page does not jump when it is decoded.
  const size = useMemo(() => findImageSize(source), [source]);
  return (
    <figure className="berth-image">
      <img
        src={source}
        alt={label}
        width={size?.width}
        height={size?.height}
        decoding="async"
        loading="lazy"
        style={width === undefined ? undefined : { inlineSize: `${width}px` }}
        data-rounded={isRounded}
      />
      {caption ? <figcaption className="berth-description">{caption}</figcaption> : null}
    </figure>
  );
}
