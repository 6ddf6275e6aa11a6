/**
 * A subject under load is a process of its own, so that the sides share nothing but the
 * machine. It prints one line of JSON when it is ready, and ends when its input closes.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const answerTimeoutMs = 60_000;

export interface Subject<Ready> extends AsyncDisposable {
  readonly ready: Ready;
  readonly pid: number;
  /** Writes a line to it and returns the line of JSON that it answers with. */
  ask(command: string): Promise<unknown>;
  /** Writes a line to it. */
  tell(command: string): void;
}

export async function startSubject<Ready>(
  file: string,
  input: unknown = {},
  nodeFlags: readonly string[] = [],
): Promise<Subject<Ready>> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      "--conditions=berth-source",
      ...nodeFlags,
      path,
      JSON.stringify(input),
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, "line").then(([text]) => String(text)),
    once(child, "exit").then(([code]) => {
      throw new Error(`${file} ended with ${code} before it was ready.`);
    }),
  ]);
  lines.resume();
  const tell = (command: string) => void child.stdin.write(`${command}\n`);
  return {
    tell,
    async ask(command) {
      const signal = AbortSignal.timeout(answerTimeoutMs);
      const answer = once(lines, "line", { signal }).catch((cause: unknown) => {
        const late = `${file} gave no answer to "${command}" in ${answerTimeoutMs} ms.`;
        throw new Error(late, { cause });
      });
      tell(command);
      return JSON.parse(String((await answer)[0])) as unknown;
    },
    // The two sides of this pipe are one program.
    ready: JSON.parse(line) as Ready,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.stdin.end();
      await ended;
    },
  };
}

/** For the child's side: says that it is ready, then waits for the end of its input. */
export async function serveUntilEnd(ready: unknown): Promise<void> {
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  process.stdin.resume();
  await once(process.stdin, "end");
}
