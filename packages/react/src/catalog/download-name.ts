/**
 * The name under which an app's content is saved.
 *
 * Trust: the name is the app's, and an operating system opens a file by its ending; so the ending
 * is that of the media type, whatever the app wrote.
 */
import type { ComponentProps } from "./component-props.ts";

type Download = ComponentProps<"DownloadButton">;

const endings: Readonly<Record<Download["mediaType"], string>> = Object.freeze({
  "text/csv": ".csv",
  "text/plain": ".txt",
  "application/json": ".json",
});

export function downloadNameOf(fileName: string, mediaType: Download["mediaType"]): string {
  const ending = endings[mediaType];
  // Some systems drop dots and blanks at the end, and would then see another ending.
  const name = fileName.replace(/[. ]+$/, "");
  return name.toLowerCase().endsWith(ending) ? name : `${name}${ending}`;
}
