/** The host as a worker calls it: each of its methods takes one argument. */
import type { HostApi } from "@berth/protocol";
import type { RpcSession } from "../rpc/rpc-session.ts";

/** @param connected - calls wait for it */
export function createHostStub(connected: Promise<RpcSession>): HostApi {
  // Whoever calls knows what it answers.
  const ask = (method: keyof HostApi) => async (argument: unknown) =>
    (await connected).call(method, [argument]) as Promise<never>;
  return Object.freeze({
    mutate: ask("mutate"),
    fetch: ask("fetch"),
    call: ask("call"),
    saveViewState: ask("saveViewState"),
    navigate: ask("navigate"),
    requestPermission: ask("requestPermission"),
    report: ask("report"),
    log: ask("log"),
  });
}
