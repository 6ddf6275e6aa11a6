/**
 * A steady load on one installation and the API, by workers that each ask again a moment after their
 * answer: half of them on a connection that is kept and idle in between, half on a new one each time.
 * Every answer is checked; a failed request is kept, with its reason.
 */
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

/** The load's rate: without it sixteen workers would keep the machine from starting anything else. */
const pauseMs = 100;

export interface Target {
  readonly port: number;
  readonly installation: string;
  /** A view's, for the installation. */
  readonly token: string;
  readonly apiKey: string;
}

export interface Line {
  /** @throws what the connection failed with */
  ask(path: string, init?: { readonly body?: string; readonly isApi?: boolean }): Promise<Answered>;
  close(): void;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
  /** The server said that the connection ends with this answer. */
  readonly isLast: boolean;
}

/** One connection that is kept, or with `isFresh` another one for each request. */
export function openLine(target: Target, { isFresh = false } = {}): Line {
  const agent = new Agent({ keepAlive: !isFresh, maxSockets: 1 });
  return {
    async ask(path, { body, isApi = false } = {}) {
      const { installation, port, token, apiKey } = target;
      const host = isApi ? "localhost" : `${installation}.apps.localhost`;
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const request = httpRequest(
          {
            ...{ agent, host: "127.0.0.1", port, path },
            method: body === undefined ? "GET" : "POST",
            headers: {
              host: `${host}:${port}`,
              authorization: `Bearer ${isApi ? apiKey : token}`,
              ...(body === undefined ? {} : { "content-type": "application/json" }),
            },
          },
          resolve,
        );
        request.on("error", reject);
        request.end(body);
      });
      const isLast = response.headers.connection === "close";
      return { status: response.statusCode ?? 0, text: await text(response), isLast };
    },
    close: () => agent.destroy(),
  };
}

export interface Load {
  /** Requests answered as expected so far. */
  readonly answered: () => number;
  readonly failures: readonly string[];
  /** How often each worker's POST was acknowledged. */
  readonly tallies: ReadonlyMap<string, number>;
  /** When so many more requests were answered. */
  more(count: number): Promise<void>;
  /** When all that are under way have been answered. */
  stop(): Promise<void>;
}

/** The app counts the POSTs of each worker, whose name is the body, and answers with its count. */
export function startLoad(target: Target, workers: number): Load {
  const failures: string[] = [];
  const tallies = new Map<string, number>();
  const waiting = new Set<() => void>();
  let answered = 0;
  let isStopped = false;

  async function one(line: Line, worker: string, round: number): Promise<void> {
    const kind = round % 4;
    const count = (tallies.get(worker) ?? 0) + 1;
    const asked = [
      { path: "/", body: worker, expected: `{"count":${count}}` },
      { path: "/", expected: "served" },
      { path: "/", body: worker, expected: `{"count":${count}}` },
      { path: "/api/v1/organizations/acme/installations", isApi: true, expected: undefined },
    ][kind] ?? { path: "/", expected: "served" };
    try {
      const answer = await line.ask(asked.path, asked);
      const isRight = asked.expected === undefined || answer.text === asked.expected;
      if (answer.status === 200 && isRight) {
        answered += 1;
        if (asked.body !== undefined) tallies.set(worker, count);
      } else failures.push(`${worker} ${kind}: ${answer.status} ${answer.text.slice(0, 300)}`);
    } catch (error) {
      failures.push(`${worker} ${kind}: ${String(error)}`);
    }
    for (const wake of waiting) wake();
  }

  async function work(index: number): Promise<void> {
    const isFresh = index % 2 === 0;
    const line = openLine(target, { isFresh });
    // One that failed has shown what was to be shown, and would only drown it.
    for (let round = index; !isStopped && failures.length < 20; round += 1) {
      await one(line, `w${index}`, round);
      await delay(pauseMs);
    }
    line.close();
  }

  const all = Promise.all(Array.from({ length: workers }, (_, index) => work(index)));
  return {
    failures,
    tallies,
    answered: () => answered,
    async more(count) {
      const goal = answered + count;
      while (answered < goal && failures.length === 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
    },
    async stop() {
      isStopped = true;
      await all;
    },
  };
}
