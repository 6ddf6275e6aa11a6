/**
 * The server's hold on a cell's listening socket.
 *
 * The cell can write the folder that its socket lies in, so it could put a link to another socket
 * of the host in its place. The socket is therefore opened once, before any tenant's code is
 * loaded, without following a link, and reached only through that descriptor.
 */

import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { BerthError } from "@berth/protocol";

/** Linux's O_PATH, which Node does not name; the same on x86-64 and arm64. */
const oPath = 0o10000000;

export interface PinnedSocket extends Disposable {
  /** To connect to. Valid in this process only. */
  readonly path: string;
}

/**
 * @param ownerUid - the user that must own it, when cells have users of their own
 * @throws BerthError `CELL_START_FAILED` when what lies there is not the cell's own socket
 */
export function pinSocket(path: string, ownerUid: number | undefined): PinnedSocket {
  if (process.platform !== "linux") return { path, [Symbol.dispose]: () => undefined };
  let descriptor: number;
  try {
    descriptor = openSync(path, oPath | constants.O_NOFOLLOW);
  } catch (cause) {
    throw new BerthError("CELL_START_FAILED", "The cell's socket cannot be opened.", { cause });
  }
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  const status = fstatSync(descriptor);
  if (!status.isSocket() || (ownerUid !== undefined && status.uid !== ownerUid)) {
    close();
    throw new BerthError(
      "CELL_START_FAILED",
      "What lies in the place of the cell's socket is not a socket of that cell; it was not opened.",
    );
  }
  return { path: `/proc/self/fd/${descriptor}`, [Symbol.dispose]: close };
}
