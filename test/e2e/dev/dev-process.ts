/** `berth dev` as a process, in a folder of its own that finds the packages of this repository. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export interface DevProcess extends AsyncDisposable {
  readonly url: string;
  /** Resolves with the next line of that type that was not taken before. */
  next(type: "built" | "broken" | "closed"): Promise<Record<string, unknown>>;
  /** Ctrl-C. Returns the exit code. */
  interrupt(): Promise<number | null>;
}

/** Makes an app's folder. */
export async function writeApp(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
}

/** Resolves once it is open. @throws Error with its stderr when it ends before */
export async function startDev(folder: string, argv: readonly string[] = []): Promise<DevProcess> {
  const child = spawn(
    process.execPath,
    [
      "--conditions=berth-source",
      join(root, "packages/cli/src/main.ts"),
      ...["dev", "--port", "0", "--json", ...argv],
    ],
    { cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
  );
  const exited = once(child, "exit") as Promise<[number | null]>;
  const stderr = text(child.stderr);
  const waiting: { type: string; resolve: (line: Record<string, unknown>) => void }[] = [];
  const lines: Record<string, unknown>[] = [];
  const opened = Promise.withResolvers<string>();
  createInterface(child.stdout)
    .on("line", (raw) => {
      const line = JSON.parse(raw) as Record<string, unknown>;
      if (line.type === "open") return opened.resolve(String(line.url));
      const index = waiting.findIndex(({ type }) => type === line.type);
      if (index === -1) lines.push(line);
      else waiting.splice(index, 1)[0]?.resolve(line);
    })
    .on("close", () => void stderr.then((words) => opened.reject(new Error(words))));
  const interrupt = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGINT");
    return (await exited)[0];
  };
  return {
    url: await opened.promise,
    next(type) {
      const index = lines.findIndex((line) => line.type === type);
      const [found] = index === -1 ? [] : lines.splice(index, 1);
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve) => waiting.push({ type, resolve }));
    },
    interrupt,
    [Symbol.asyncDispose]: async () => void (await interrupt()),
  };
}
