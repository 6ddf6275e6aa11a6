/** What a jailer process is started with, by root: given once, as its only argument. */

import type { User } from "./cell-folder.ts";

/** The descriptor of the pipe to the server. */
export const channelFd = 3;

export interface JailerSettings {
  /** The pool's folder, absolute: names the runtime folder, and is not opened. */
  readonly folder: string;
  /** Whom it serves. */
  readonly server: User;
}

/** Trust: whoever starts it is root already. */
export function parseJailerSettings(text: string): JailerSettings {
  return JSON.parse(text) as JailerSettings;
}
