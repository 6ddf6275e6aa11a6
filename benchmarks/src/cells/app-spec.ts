/** An app as the pool is given it: a key, a place and one module. */
import { defaultCellLimits, engineCompatibilityDate, type IsolateSpec } from "@berth/cells";
import { BerthError } from "@berth/protocol";

export interface AppSpecOptions {
  readonly key: string;
  readonly source: string;
  /** Apps of equal placement share a cell. Default: the key, so that none does. */
  readonly placement?: string;
}

export function createAppSpec({ key, source, placement = key }: AppSpecOptions): IsolateSpec {
  return {
    key,
    tenant: "bench",
    placement,
    mainModule: "main.js",
    modules: { "main.js": { js: source } },
    compatibilityDate: engineCompatibilityDate,
    compatibilityFlags: [],
    env: {},
    limits: { ...defaultCellLimits },
  };
}

/** A request of nobody in particular. */
export function createCellRequest(path: string) {
  return {
    method: "GET",
    path,
    host: "app.example",
    headers: [],
    body: null,
    handle: "bench",
    props: {},
    requestId: "bench",
  } as const;
}

const logger = { debug() {}, info() {}, warn: console.warn, error: console.error };
const refuse = () =>
  Promise.reject(new BerthError("EGRESS_DENIED", "Apps of this measurement reach nothing."));

/** What a pool needs whose apps ask for nothing. */
export const quietPool = Object.freeze({
  jail: "required",
  logger,
  onCall: refuse,
  onEgress: refuse,
  onLog: () => undefined,
  idleStopMs: 0,
} as const);
