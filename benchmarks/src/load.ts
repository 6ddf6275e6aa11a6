/**
 * A bounded HTTP load: a fixed number of requests, a fixed number in flight, every latency
 * kept. Answers that are not 200 fail the run, since a fast error is no result.
 */
import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";

export interface Target {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface LoadOptions {
  readonly requests: number;
  readonly inFlight: number;
}

export interface LoadResult {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly requestsPerSecond: number;
}

export async function runLoad(target: Target, options: LoadOptions): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.inFlight });
  const latencies: number[] = [];
  let started = 0;
  const lane = async () => {
    while (started < options.requests) {
      started += 1;
      const before = performance.now();
      await fetchOnce(target, agent);
      latencies.push(performance.now() - before);
    }
  };
  const begin = performance.now();
  try {
    await Promise.all(Array.from({ length: options.inFlight }, lane));
  } finally {
    agent.destroy();
  }
  const seconds = (performance.now() - begin) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    requestsPerSecond: latencies.length / seconds,
  };
}

/** Until the answer's last byte. @throws when it is not 200 */
export function fetchOnce(target: Target, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: "127.0.0.1", port: target.port, path: target.path, headers: target.headers, agent },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("error", reject);
        response.on("end", () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`Answered ${response.statusCode}: ${body.slice(0, 300)}`));
        });
      },
    );
    call.on("error", reject);
    call.end();
  });
}

/** @param sorted - ascending */
export function quantile(sorted: readonly number[], q: number): number {
  const position = (sorted.length - 1) * q;
  const low = sorted[Math.floor(position)] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? low;
  return low + (high - low) * (position - Math.floor(position));
}

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}
