/**
 * A capability call of an app through the gateway, which finds the invocation, decides, limits,
 * does and meters, against the same call from the same kind of cell to a supervisor that only
 * gives back what it was given.
 *
 * One request makes many calls, one after another; the same request with no call is taken off.
 * A call's time is the mean of a request's calls; the sides take turns request by request, the
 * ratios are of neighbours, and their median is the figure.
 */
import { Agent } from "node:http";
import { performance } from "node:perf_hooks";
import { type BenchOptions, type Figures, rounded } from "../bench.ts";
import { fetchOnce, median, type Target } from "../load.ts";
import type { BerthInput } from "../subjects/berth.ts";
import { startSubject } from "../subjects/child.ts";
import { callerModule } from "../subjects/module.ts";
import { startBerth } from "../subjects/start-berth.ts";

const callsAtOnce = 50;

interface Call {
  readonly capability: string;
  readonly method: string;
  readonly args: unknown;
}

/** Answered from memory: what is left is the gateway. */
const readConfig: Call = { capability: "config", method: "get", args: {} };
/** With the database behind it. */
const readState: Call = { capability: "state", method: "get", args: { key: "nothing" } };

export async function measureCapabilityCall({ say, isQuick }: BenchOptions): Promise<Figures> {
  const input: BerthInput = { source: callerModule, resources: { apiCalls: 60_000 } };
  await using berth = await startBerth(input);
  await using echo = await startSubject<{ port: number }>("./echo-supervisor.ts");
  const { host, token, port } = berth.ready;
  const agent = new Agent({ keepAlive: true });
  const compare = async (call: Call, rounds: number) => {
    const throughBerth = { port, headers: { host, authorization: `Bearer ${token}` } };
    const toEcho = { port: echo.ready.port, headers: {} };
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = -4; round < rounds; round++) {
      const isOursFirst = round % 2 === 0;
      const first = await timeCall(isOursFirst ? throughBerth : toEcho, call, agent);
      const second = await timeCall(isOursFirst ? toEcho : throughBerth, call, agent);
      // The first few only warm up.
      if (round < 0) continue;
      ours.push(isOursFirst ? first : second);
      theirs.push(isOursFirst ? second : first);
    }
    const ratio = rounded(median(ours.map((ms, round) => ms / (theirs[round] ?? Number.NaN))));
    const name = `${call.capability}.${call.method}`;
    say(`${name} ${rounded(median(ours))} ms, echo ${rounded(median(theirs))} ms: ${ratio}`);
    return { ratio, oursMs: rounded(median(ours)), theirsMs: rounded(median(theirs)) };
  };
  try {
    const config = await compare(readConfig, isQuick ? 10 : 150);
    const state = await compare(readState, isQuick ? 4 : 40);
    return {
      capability_p50_ratio: config.ratio,
      capability_p50_ms: config.oursMs,
      echo_call_p50_ms: config.theirsMs,
      state_get_p50_ms: state.oursMs,
      state_get_p50_ratio: state.ratio,
    };
  } finally {
    agent.destroy();
  }
}

type Side = Pick<Target, "port" | "headers">;

/** In milliseconds. */
async function timeCall(side: Side, call: Call, agent: Agent): Promise<number> {
  const emptyMs = await timeRequest(side, call, 0, agent);
  const fullMs = await timeRequest(side, call, callsAtOnce, agent);
  return (fullMs - emptyMs) / callsAtOnce;
}

async function timeRequest(side: Side, call: Call, calls: number, agent: Agent): Promise<number> {
  const { capability, method, args } = call;
  const query = new URLSearchParams({
    calls: String(calls),
    capability,
    method,
    args: JSON.stringify(args),
  });
  const begin = performance.now();
  await fetchOnce({ ...side, path: `/api/call?${query}` }, agent);
  return performance.now() - begin;
}
