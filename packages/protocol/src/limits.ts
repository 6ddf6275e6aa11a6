/**
 * Bounds and defaults that more than one part must agree on. Units are in the names,
 * except in `ResourceLimits`, whose names and units publishers already know.
 */

/** What a manifest's `resources` asks for. */
export interface ResourceLimits {
  /** MB of the app's own heap and buffers, not the engine's. */
  readonly memory: number;
  /** Percent of one core. */
  readonly cpu: number;
  /** MB of state. */
  readonly storage: number;
  /** Outgoing requests a minute. */
  readonly network: number;
  /** Capability and platform calls a minute. */
  readonly apiCalls: number;
}

export const defaultResourceLimits: ResourceLimits = Object.freeze({
  memory: 64,
  cpu: 50,
  storage: 10,
  network: 60,
  apiCalls: 600,
});

/** The widest values that a manifest may ask for; an operator may clamp them lower. */
export const maxResourceLimits: ResourceLimits = Object.freeze({
  memory: 1024,
  cpu: 200,
  storage: 1024,
  network: 6000,
  apiCalls: 60_000,
});

/** Limits of the metered engine beside `memory`; see the manifest's `runtime`. */
export interface EngineLimits {
  /** In one turn: a start, a message, a timer, an answer, and all that follows at once. */
  readonly turnInstructions: number;
}

export const defaultEngineLimits: EngineLimits = Object.freeze({ turnInstructions: 20_000_000 });
export const maxEngineLimits: EngineLimits = Object.freeze({ turnInstructions: 1_000_000_000 });

/** Bounds of what a view may send to its host. Violations end the view, but for the sustained rates. */
export interface ViewLimits {
  readonly maxMessageBytes: number;
  readonly maxMessagesPerSecond: number;
  readonly maxCallsInFlight: number;
  readonly maxLiveStubs: number;
  readonly maxNodes: number;
  readonly maxDepth: number;
  /** Of all text nodes together. */
  readonly maxTextBytes: number;
  /** Of all properties together. */
  readonly maxPropsBytes: number;
  readonly maxMutationsPerSecond: number;
  /** Mean of ten seconds; above it the view is warned, slowed, suspended, stopped, by steps. */
  readonly maxSustainedMessagesPerSecond: number;
  /** The same of mutations. */
  readonly maxSustainedMutationsPerSecond: number;
  /** Messages that may wait while a view is slowed down or suspended. */
  readonly maxQueuedMessages: number;
  readonly heartbeatIntervalMs: number;
  /** Silence after which a view counts as unresponsive. */
  readonly heartbeatTimeoutMs: number;
  readonly startTimeoutMs: number;
}

export const defaultViewLimits: ViewLimits = Object.freeze({
  maxMessageBytes: 1_048_576,
  maxMessagesPerSecond: 500,
  maxCallsInFlight: 64,
  maxLiveStubs: 256,
  maxNodes: 20_000,
  maxDepth: 64,
  maxTextBytes: 200_000,
  maxPropsBytes: 16_777_216,
  maxMutationsPerSecond: 20_000,
  maxSustainedMessagesPerSecond: 300,
  maxSustainedMutationsPerSecond: 12_000,
  maxQueuedMessages: 1_000,
  heartbeatIntervalMs: 500,
  heartbeatTimeoutMs: 3_000,
  startTimeoutMs: 10_000,
});

/** Bounds of the `state` capability, beside the quota in `resources.storage`. */
export const stateLimits = Object.freeze({
  maxKeyBytes: 512,
  maxValueBytes: 1_048_576,
  maxListEntries: 1_000,
});

/** Bounds of the `storage` that a page keeps for a view, beside the quota in `resources.storage`. */
export const viewStorageLimits = Object.freeze({
  maxKeyBytes: 512,
  /** Half of a message: however a value is written on the wire, it fits into one. */
  maxValueBytes: 524_288,
  maxListEntries: 1_000,
  /** Of one area. */
  maxEntries: 10_000,
});

/** Bounds of one function request through the front door. */
export const functionLimits = Object.freeze({
  wallMs: 30_000,
  cpuMs: 10_000,
  maxResponseBytes: 268_435_456,
  hookWallMs: 60_000,
});

/** Bounds of a function that its manifest may set in `server.limits`, and an operator may clamp. */
export interface FunctionLimits {
  /** From a request to the head of its answer; starts anew while an upload makes progress. */
  readonly wallMs: number;
  /** Processor time of one request. */
  readonly cpuMs: number;
  /** Processor time that an idle function may save up and spend above its share. */
  readonly cpuBurstMs: number;
  /** From the code's arrival until its modules have run. */
  readonly startMs: number;
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  readonly maxConcurrentRequests: number;
  readonly maxQueuedRequests: number;
  /** Fetches and capability calls on behalf of one request. */
  readonly maxSubrequests: number;
  readonly egressRequestsPerSecond: number;
  /** Bodies of fetches, both ways together; more is slowed down. */
  readonly egressBytesPerSecond: number;
  /** Frames of all its WebSockets, both ways together; beyond it the sending one is closed. */
  readonly socketMessagesPerSecond: number;
  /** Bytes of the same. */
  readonly socketBytesPerSecond: number;
  readonly logLinesPerSecond: number;
  /** Characters. */
  readonly maxLogLineLength: number;
}

/** What a function gets that asks for nothing. */
export const defaultFunctionLimits: FunctionLimits = Object.freeze({
  wallMs: functionLimits.wallMs,
  cpuMs: functionLimits.cpuMs,
  cpuBurstMs: 50,
  startMs: 10_000,
  maxRequestBytes: 268_435_456,
  maxResponseBytes: functionLimits.maxResponseBytes,
  maxConcurrentRequests: 64,
  maxQueuedRequests: 128,
  maxSubrequests: 1_000,
  egressRequestsPerSecond: 100,
  egressBytesPerSecond: 16_777_216,
  socketMessagesPerSecond: 2_000,
  socketBytesPerSecond: 16_777_216,
  logLinesPerSecond: 500,
  maxLogLineLength: 4_000,
});

/** The widest values that a manifest may ask for. */
export const maxFunctionLimits: FunctionLimits = Object.freeze({
  wallMs: 300_000,
  cpuMs: 120_000,
  cpuBurstMs: 200,
  startMs: 30_000,
  maxRequestBytes: 268_435_456,
  maxResponseBytes: 1_073_741_824,
  maxConcurrentRequests: 1_000,
  maxQueuedRequests: 1_000,
  maxSubrequests: 10_000,
  egressRequestsPerSecond: 1_000,
  egressBytesPerSecond: 134_217_728,
  socketMessagesPerSecond: 20_000,
  socketBytesPerSecond: 134_217_728,
  logLinesPerSecond: 2_000,
  maxLogLineLength: 4_000,
});

type AskedLimits = { readonly [Name in keyof FunctionLimits]?: FunctionLimits[Name] | undefined };

export const functionLimitNames = Object.freeze(
  Object.keys(defaultFunctionLimits) as (keyof FunctionLimits)[],
);

/**
 * What a function gets: what it asks, or else the default, but never above the operator's ceiling.
 *
 * @param defaults - where they differ from `defaultFunctionLimits`
 */
export function clampFunctionLimits(
  asked: AskedLimits,
  ceilings: AskedLimits,
  defaults: AskedLimits = {},
): FunctionLimits {
  const given = functionLimitNames.map((name) => {
    const wanted = asked[name] ?? defaults[name] ?? defaultFunctionLimits[name];
    return [name, Math.min(wanted, ceilings[name] ?? maxFunctionLimits[name])];
  });
  // Made from all the names.
  return Object.fromEntries(given) as unknown as FunctionLimits;
}

/** Of the source map beside a server module; a larger one is neither packed nor read. */
export const sourceMapLimits = Object.freeze({
  maxBytes: 8_388_608,
  /** Characters. */
  maxMappings: 4_194_304,
});

/** Lifetime of a view's token, in seconds. */
export const viewTokenSeconds = 300;

/** Lifetime of a single-use sign-in link, in seconds. */
export const signInLinkSeconds = 600;
