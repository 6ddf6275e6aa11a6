/**
 * Reads of one tick as one request, where the platform has an address for that. Each read has been
 * decided and counted by itself before it comes here.
 *
 * The batch is `POST <batchPath>` with
 * `{ "requests": [{ "id": "0", "method": "GET", "url": "/api/a?x=1", "headers": {…} }] }`,
 * answered by `{ "responses": [{ "id": "0", "status": 200, "headers": {…}, "body": … }] }`: in any
 * order, a body of text as it is, any other as JSON. (The shape of OData's JSON batch.)
 *
 * Trust: the answer is the platform's, yet read as untrusted. A read that a batch's answer lacks is
 * made by itself. A platform that refuses a batch, or answers none of it, is sent no other.
 */
import type { Clock } from "../clock.ts";

export interface BatchedRead {
  /** Below the base address, query included. */
  readonly url: string;
  readonly headers: Headers;
}

/** An answer as a batch brings it. */
export interface BatchedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** How a batch's messages are written, where the platform has ones of its own. */
export interface BatchFormat {
  /** False for a read that must go by itself. Default: all may. */
  mayCarry?(read: BatchedRead): boolean;
  /** @param basePath - the base address's path, without the slash at its end */
  write(reads: readonly BatchedRead[], basePath: string): unknown;
  /** The answers by the index of their read, from the platform's parsed JSON. */
  read(value: unknown): ReadonlyMap<number, BatchedAnswer>;
}

export interface BatchOptions {
  readonly clock: Clock;
  readonly format?: BatchFormat | undefined;
  readonly basePath: string;
  /** Reads in one batch; further ones go with the next. */
  readonly maxReads: number;
  /** Sends a batch's JSON; undefined when it was refused for good, rejects when it may pass. */
  readonly send: (json: string, signal: AbortSignal) => Promise<string | undefined>;
}

export interface Batch {
  /** The read's answer; undefined when it must be made by itself. */
  read(read: BatchedRead, signal: AbortSignal | undefined): Promise<BatchedAnswer | undefined>;
}

interface Waiting extends BatchedRead {
  readonly signal: AbortSignal | undefined;
  readonly answered: PromiseWithResolvers<BatchedAnswer | undefined>;
}

export function createBatch(options: BatchOptions): Batch {
  const { clock, maxReads, send, basePath, format = ownFormat } = options;
  let waiting: Waiting[] = [];
  let isRefused = false;

  function flush(): void {
    const reads = waiting.filter(({ signal }) => signal?.aborted !== true);
    // Nobody waits for these any more; made by themselves, they end at their own signal.
    for (const read of waiting) if (!reads.includes(read)) read.answered.resolve(undefined);
    waiting = [];
    for (let from = 0; from < reads.length; from += maxReads)
      void go(reads.slice(from, from + maxReads));
  }

  /** Never rejects. */
  async function go(reads: readonly Waiting[]): Promise<void> {
    const answers = reads.length < 2 ? undefined : await sendAll(reads);
    for (const [index, { answered }] of reads.entries()) answered.resolve(answers?.get(index));
  }

  async function sendAll(
    reads: readonly Waiting[],
  ): Promise<ReadonlyMap<number, BatchedAnswer> | undefined> {
    const giveUp = new AbortController();
    let left = reads.length;
    const leave = (): void => {
      left -= 1;
      if (left === 0) giveUp.abort();
    };
    for (const { signal } of reads) signal?.addEventListener("abort", leave, { once: true });
    try {
      const text = await send(JSON.stringify(format.write(reads, basePath)), giveUp.signal);
      const answers = text === undefined ? undefined : format.read(parseJson(text));
      isRefused = !reads.some((_read, index) => answers?.has(index));
      return answers;
    } catch {
      // Whatever is wrong with the batch, each read is made by itself and tells of it.
      return undefined;
    } finally {
      for (const { signal } of reads) signal?.removeEventListener("abort", leave);
    }
  }

  return {
    read(read, signal) {
      if (isRefused || format.mayCarry?.(read) === false) return Promise.resolve(undefined);
      if (waiting.length === 0) clock.after(0, flush);
      const answered = Promise.withResolvers<BatchedAnswer | undefined>();
      waiting.push({ ...read, signal, answered });
      return answered.promise;
    },
  };
}

const ownFormat: BatchFormat = {
  write: (reads) => ({
    requests: reads.map(({ url, headers }, index) => ({
      id: String(index),
      method: "GET",
      url,
      headers: Object.fromEntries(headers),
    })),
  }),
  read(value) {
    const answers = new Map<number, BatchedAnswer>();
    const { responses } = membersOf(value);
    if (!Array.isArray(responses)) return answers;
    for (const each of responses as readonly unknown[]) {
      const { id, status, headers, body } = membersOf(each);
      if (typeof id !== "string" || !/^\d{1,4}$/.test(id) || !isStatus(status)) continue;
      answers.set(Number(id), { status, headers: readHeaders(headers), body: textOf(body) });
    }
    return answers;
  },
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so that it holds no answer.
    return undefined;
  }
}

/** Of an object, nothing but unknown values is taken; anything else has none. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599;
}

function readHeaders(value: unknown): Headers {
  const headers = new Headers();
  if (typeof value !== "object" || value === null) return headers;
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== "string") continue;
    try {
      headers.append(name, text);
    } catch {
      // Not a header that any answer could have; the others stand.
    }
  }
  return headers;
}

function textOf(body: unknown): string {
  if (body === undefined || body === null) return "";
  return typeof body === "string" ? body : JSON.stringify(body);
}
