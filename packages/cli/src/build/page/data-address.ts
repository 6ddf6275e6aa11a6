/** A file of the app as a `data:` address: the one way in which a page that is one file has images. */
import { extname } from "node:path";
import { readPlainFile } from "../plain-file.ts";
import { refuse } from "./page-address.ts";

const mediaTypes: Readonly<Record<string, string>> = Object.freeze({
  ".apng": "image/apng",
  ".avif": "image/avif",
  ".gif": "image/gif",
  ".ico": "image/x-icon",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
  ".mp3": "audio/mpeg",
  ".mp4": "video/mp4",
  ".ogg": "audio/ogg",
  ".wav": "audio/wav",
  ".webm": "video/webm",
  ".vtt": "text/vtt",
});

export interface DataAddressRequest {
  readonly root: string;
  /** Relative to `root`. */
  readonly path: string;
  /** The page, and where in it, for messages. */
  readonly source: string;
  readonly where: string;
}

/** @throws BerthError BUILD_FAILED; as `readPlainFile` does */
export async function dataAddressOf(request: DataAddressRequest): Promise<string> {
  const { root, path, source, where } = request;
  const mediaType = mediaTypes[extname(path).toLowerCase()];
  if (mediaType === undefined)
    throw refuse(
      source,
      `${where} names ${path}, which cannot be put into the page; expected one of ${Object.keys(mediaTypes).join(", ")}.`,
    );
  const bytes = await readPlainFile(root, path);
  return `data:${mediaType};base64,${bytes.toString("base64")}`;
}
