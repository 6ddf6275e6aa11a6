/** Reads a federated app's list. Trust: whatever came from the network, after its digest was checked. */
import { BerthError, type RemoteList, remoteBounds, remoteListSchema } from "@berth/protocol";

/** @throws BerthError REMOTE_INVALID */
export function parseRemoteList(text: string): RemoteList {
  const result = remoteListSchema.safeParse(parseJson(text));
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue?.path.map(String).join(".") ?? "";
    throw invalid(`${where === "" ? "it" : where}: ${issue?.message ?? "is wrong"}`);
  }
  const list = result.data;
  const files = Object.entries(list.files);
  const total = files.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  if (files.length > remoteBounds.maxFiles || total > remoteBounds.maxTotalBytes)
    throw invalid(
      `it names ${files.length} files of ${total} bytes together; at most ${remoteBounds.maxFiles} and ${remoteBounds.maxTotalBytes} are loaded`,
    );
  const owned = Object.values(list.shared).flatMap(({ own }) => (own === undefined ? [] : [own]));
  const missing = [list.entry, ...list.styles, ...owned].find(
    (path) => !Object.hasOwn(list.files, path),
  );
  if (missing !== undefined) throw invalid(`files lacks ${missing}, which it names elsewhere`);
  return list;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BerthError("REMOTE_INVALID", "The federated app's list is not JSON.", { cause });
  }
}

function invalid(what: string): BerthError {
  return new BerthError(
    "REMOTE_INVALID",
    `The federated app's list is refused, ${what}; let the build write it (@berth/sdk/vite).`,
  );
}
