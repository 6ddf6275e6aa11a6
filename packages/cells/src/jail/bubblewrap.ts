/**
 * The command line of the jail.
 *
 * Namespaces of its own for users, mounts, processes, network, IPC, host name and control groups;
 * a root of the engine, the library files it names, and the cell's two sockets; no /proc, no /usr,
 * no capabilities. When the server is root, bubblewrap is started under the cell's own host user
 * id: started by root, it would map the jail's "nobody" to host root.
 */

import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export const jailedEngine = "/workerd";
export const jailedConfigFolder = "/cfg";
export const jailedInFolder = "/run/in";
export const jailedOutSocket = "/run/out.sock";

export interface JailInput {
  readonly engine: string;
  readonly libraries: readonly string[];
  readonly configFolder: string;
  readonly inFolder: string;
  readonly outSocket: string;
  /** Descriptor numbers in the started process. */
  readonly infoFd: number;
  readonly blockFd: number;
  readonly seccompFd: number | undefined;
  readonly command: readonly string[];
  /** Found in the command lines of the jail's processes; see warden.ts. */
  readonly mark?: string;
}

export function buildJailArguments(input: JailInput): string[] {
  return [
    "--unshare-user",
    "--unshare-all",
    "--disable-userns",
    "--die-with-parent",
    "--new-session",
    "--clearenv",
    // Of no effect in an empty environment.
    ...(input.mark === undefined ? [] : ["--unsetenv", input.mark]),
    ...["--hostname", "cell"],
    ...["--cap-drop", "ALL"],
    ...["--uid", "65534", "--gid", "65534"],
    ...input.libraries.flatMap((file) => ["--ro-bind", file, file]),
    ...["--dev", "/dev"],
    ...["--tmpfs", "/tmp"],
    ...["--ro-bind", input.engine, jailedEngine],
    ...["--ro-bind", input.configFolder, jailedConfigFolder],
    ...["--bind", input.inFolder, jailedInFolder],
    ...["--ro-bind", input.outSocket, jailedOutSocket],
    ...["--remount-ro", "/"],
    ...["--chdir", "/"],
    ...["--info-fd", String(input.infoFd)],
    ...["--block-fd", String(input.blockFd)],
    ...(input.seccompFd === undefined ? [] : ["--seccomp", String(input.seccompFd)]),
    "--",
    ...input.command,
  ];
}

/** Looks through PATH as a shell would. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder; the next may have it.
    }
  }
  return undefined;
}

/** The library files that a program loads, by their absolute paths. */
export function listLibraries(ldd: string, program: string): string[] {
  const output = execFileSync(ldd, [program], { encoding: "utf8" });
  const files = [...output.matchAll(/(?:=> |^\s*)(\/[^\s(]+) \(0x/gm)].map(
    (match) => match[1] ?? "",
  );
  return [...new Set(files)];
}
