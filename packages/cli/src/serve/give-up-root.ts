/**
 * Started by root, the server keeps none of root's rights: a small jailer process does, and this one
 * becomes another user before it opens its data or a port.
 *
 * Invariant: this returns either as the user that was asked for, without a capability, or as who
 * started it; where it stays root although it should not, it says so aloud or refuses.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunningJailer } from "@berth/cells";
import { BerthError } from "@berth/protocol";
import { findUnreachable, giveDataFolder } from "./data-folder.ts";
import { findDefaultUser, type ServerUser } from "./server-user.ts";

export interface GiveUpRootOptions {
  readonly folder: string;
  readonly jail: "required" | "off";
  /** Undefined: the account `berth`, where there is one. */
  readonly user: ServerUser | undefined;
  /** Rather not start than as root. */
  readonly isRootRefused: boolean;
}

export interface Rights {
  /** Undefined when this process starts cells itself, or none are jailed. */
  readonly jailer: RunningJailer | undefined;
  /** Why this process is still root, and how to mend it. */
  readonly warning: string | undefined;
}

const unchanged: Rights = { jailer: undefined, warning: undefined };

/** @throws BerthError OPTION_INVALID, DATA_FOLDER_LOCKED, JAIL_UNAVAILABLE */
export async function giveUpRoot(options: GiveUpRootOptions): Promise<Rights> {
  const { folder, isRootRefused, jail } = options;
  if (process.getuid?.() !== 0) {
    if (options.user === undefined || options.user.uid === process.getuid?.()) return unchanged;
    throw refuse(
      `Only root can become ${options.user.name}; start it as root, or leave --user out.`,
    );
  }
  const user = options.user ?? findDefaultUser();
  if (user === undefined) {
    const mend = "make an account for it (useradd --system berth), or give one by --user NAME.";
    if (isRootRefused)
      throw refuse(`BERTH_REQUIRE_UNPRIVILEGED is set, and root started this; ${mend}`);
    return stayRoot(mend);
  }
  process.setgroups?.([user.gid]);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const obstacle = findUnreachable(folder, user) ?? tryGive(folder, user);
  if (obstacle !== undefined) {
    const isAsked = options.user !== undefined || isRootRefused;
    if (isAsked) throw refuse(`${obstacle} Move it, or choose another by --data-dir or --user.`);
    return stayRoot(obstacle);
  }
  const jailer = jail === "off" ? undefined : await openJailer(folder, user);
  become(user, folder);
  return { jailer, warning: undefined };
}

function stayRoot(why: string): Rights {
  const warning = `The server runs as root, so a hole in it is a hole in this host. ${why.charAt(0).toUpperCase()}${why.slice(1)}`;
  return { jailer: undefined, warning };
}

/** @returns what is in the way */
function tryGive(folder: string, user: ServerUser): string | undefined {
  try {
    giveDataFolder(folder, user);
    return undefined;
  } catch (error) {
    if (error instanceof BerthError) return error.message;
    throw error;
  }
}

async function openJailer(folder: string, user: ServerUser): Promise<RunningJailer> {
  const { startJailer } = await import("@berth/cells");
  return startJailer({ folder: join(folder, "cells"), server: { uid: user.uid, gid: user.gid } });
}

function become(user: ServerUser, folder: string): void {
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
  // Root's own settings are neither readable nor meant any more.
  process.env.HOME = folder;
  const status = readFileSync("/proc/self/status", "utf8");
  const isFree = ["CapPrm", "CapEff", "CapAmb"].every((set) =>
    new RegExp(`^${set}:\\s+0+$`, "m").test(status),
  );
  if (isFree && process.geteuid?.() === user.uid) return;
  throw refuse(`This process could not give up root's rights to become ${user.name}.`);
}

function refuse(message: string): BerthError {
  return new BerthError("OPTION_INVALID", message, { details: { option: "user" } });
}
