/**
 * What the server may ask of a jailer that runs as a process of its own, and what that answers:
 * lines of JSON on the one pipe between them.
 *
 * Trust: the jailer takes every line for one of an attacker who has taken the server over. There are
 * no paths, programs, arguments, users or process ids in a request: a cell is named by the id it was
 * prepared under, all else follows from what the jailer was started with.
 */

import type { CgroupLimits, SharedGroup } from "../cgroup/cgroup.ts";
import { heapClassOf } from "../workerd/config.ts";
import type { Engine } from "../workerd/engine.ts";

/** Longer lines end the jailer. */
export const maxRequestBytes = 4_096;

export type JailerRequest =
  | { readonly op: "prepare" | "stop" | "remove" | "examine"; readonly id: string }
  | { readonly op: "start"; readonly id: string; readonly heapClassMb: number }
  | { readonly op: "limit"; readonly id: string; readonly limits: CgroupLimits }
  | { readonly op: "renew-engine" | "restore-engine" };

/** Requests are numbered by the server; an answer carries the number. */
export interface NumberedRequest {
  readonly seq: number;
  readonly request: JailerRequest;
}

export interface PreparedAnswer {
  readonly hostUid: number | undefined;
  readonly outSocket: string;
  readonly inSocket: string;
  readonly group: SharedGroup;
}

export interface HelloMessage {
  readonly event: "hello";
  readonly pid: number;
  readonly jail: "bubblewrap";
  readonly cgroupVersion: "v1" | "v2" | "none";
  readonly missingControllers: readonly string[];
  readonly engine: Engine;
}

export interface ExitedMessage {
  readonly event: "exited";
  readonly id: string;
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly oomKills: number;
}

export type JailerMessage =
  | HelloMessage
  | ExitedMessage
  | { readonly event: "refused"; readonly code: string; readonly message: string }
  | { readonly seq: number; readonly result: unknown }
  | { readonly seq: number; readonly failure: { readonly code: string; readonly message: string } };

const idPattern = /^c[0-9a-f]{10}$/;
const limitNames = ["memoryBytes", "cpuPercent", "cpuBurstMs", "pids"] as const;
const mostBytes = 2 ** 40;
const mostPercent = 100_000;

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

function hasExactly(value: object, names: readonly string[]): boolean {
  const own = Object.keys(value);
  return own.length === names.length && names.every((name) => own.includes(name));
}

function findLimits(value: unknown): CgroupLimits | undefined {
  if (typeof value !== "object" || value === null || !hasExactly(value, limitNames))
    return undefined;
  const { memoryBytes, cpuPercent, cpuBurstMs, pids } = value as Record<string, unknown>;
  const isLimits =
    isWhole(memoryBytes, 1, mostBytes) &&
    isWhole(cpuPercent, 1, mostPercent) &&
    isWhole(cpuBurstMs, 0, mostPercent) &&
    isWhole(pids, 1, mostPercent);
  return isLimits ? { memoryBytes, cpuPercent, cpuBurstMs, pids } : undefined;
}

function findRequest(fields: Readonly<Record<string, unknown>>): JailerRequest | undefined {
  const { op, id, heapClassMb } = fields;
  if (op === "renew-engine" || op === "restore-engine") {
    return hasExactly(fields, ["seq", "op"]) ? { op } : undefined;
  }
  if (typeof id !== "string" || !idPattern.test(id)) return undefined;
  switch (op) {
    case "prepare":
    case "stop":
    case "remove":
    case "examine":
      return hasExactly(fields, ["seq", "op", "id"]) ? { op, id } : undefined;
    case "start": {
      const isClass = isWhole(heapClassMb, 1, 2_048) && heapClassOf(heapClassMb) === heapClassMb;
      const isStart = isClass && hasExactly(fields, ["seq", "op", "id", "heapClassMb"]);
      return isStart ? { op, id, heapClassMb } : undefined;
    }
    case "limit": {
      const limits = findLimits(fields.limits);
      const isLimit = limits !== undefined && hasExactly(fields, ["seq", "op", "id", "limits"]);
      return isLimit ? { op, id, limits } : undefined;
    }
    default:
      return undefined;
  }
}

/** @returns undefined for whatever is not exactly a request */
export function findNumberedRequest(line: string): NumberedRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Not JSON, so no request.
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const { seq } = fields;
  if (!isWhole(seq, 1, Number.MAX_SAFE_INTEGER)) return undefined;
  const request = findRequest(fields);
  return request === undefined ? undefined : { seq, request };
}

export function writeRequest({ seq, request }: NumberedRequest): string {
  return `${JSON.stringify({ seq, ...request })}\n`;
}

/** Calls `onLine` for each line; a longer one is too much, and the rest is not read. */
export function createLineReader(
  maxLineBytes: number,
  onLine: (line: string) => void,
  onTooLong: () => void,
): (chunk: string) => void {
  let rest = "";
  let isOver = false;
  return (chunk) => {
    if (isOver) return;
    rest += chunk;
    for (let end = rest.indexOf("\n"); end >= 0 && !isOver; end = rest.indexOf("\n")) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      onLine(line);
    }
    if (rest.length <= maxLineBytes) return;
    isOver = true;
    onTooLong();
  };
}
