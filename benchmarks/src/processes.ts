/** What the kernel says of processes: who started whom, and their private memory. Linux only. */
import { readdir, readFile } from "node:fs/promises";

/** Every living process below `pid`. One that has ended and waits to be reaped is not living. */
export async function listDescendants(pid: number): Promise<number[]> {
  const found: number[] = [];
  for (const task of await readdir(`/proc/${pid}/task`).catch(() => [])) {
    const text = await readFile(`/proc/${pid}/task/${task}/children`, "utf8").catch(() => "");
    for (const child of text.trim().split(" ").filter(Boolean).map(Number)) {
      const isZombie = (await readStatus(child, "State"))?.startsWith("Z") ?? true;
      if (!isZombie) found.push(child);
      found.push(...(await listDescendants(child)));
    }
  }
  return found;
}

/** `pid`, its parent, and so on, up to but without `top`. */
export async function listChain(pid: number, top: number): Promise<number[]> {
  const chain: number[] = [];
  for (let next = pid; next > 1 && next !== top; ) {
    chain.push(next);
    next = Number(await readStatus(next, "PPid"));
  }
  return chain;
}

export async function readName(pid: number): Promise<string> {
  return (await readStatus(pid, "Name")) ?? "";
}

/** What no other process maps: `Private_Clean` and `Private_Dirty`. In MB. */
export async function readPrivateMb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const matches = text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm);
  return total([...matches].map((match) => Number(match[1]))) / 1024;
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

async function readStatus(pid: number, field: string): Promise<string | undefined> {
  // A process may end while it is looked at.
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return new RegExp(`^${field}:\\s+(.+)$`, "m").exec(text)?.[1];
}
