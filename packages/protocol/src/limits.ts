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

/** Bounds of what a view may send to its host. Violations end the view. */
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

/** Bounds of one function request through the front door. */
export const functionLimits = Object.freeze({
  wallMs: 30_000,
  cpuMs: 10_000,
  maxResponseBytes: 268_435_456,
  hookWallMs: 60_000,
});

/** Lifetime of a view's token, in seconds. */
export const viewTokenSeconds = 300;

/** Lifetime of a single-use sign-in link, in seconds. */
export const signInLinkSeconds = 600;
