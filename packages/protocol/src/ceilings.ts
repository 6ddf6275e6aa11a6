/**
 * What an operator lets one installation have at most: how it is written down, and what comes of it
 * beside what a manifest asks.
 */
import { BerthError } from "./errors.ts";
import {
  clampFunctionLimits,
  type FunctionLimits,
  functionLimitNames,
  maxFunctionLimits,
  maxResourceLimits,
  type ResourceLimits,
} from "./limits.ts";

export type Ceilings = Partial<ResourceLimits & FunctionLimits>;
export type CeilingName = keyof (ResourceLimits & FunctionLimits);

const widest: ResourceLimits & FunctionLimits = { ...maxResourceLimits, ...maxFunctionLimits };
const names: ReadonlySet<string> = new Set(Object.keys(widest));
/** Of these an operator may give none at all; without any of the others nothing would run. */
const mayBeNone: ReadonlySet<string> = new Set([
  "storage",
  "network",
  "apiCalls",
  "cpuBurstMs",
  "maxRequestBytes",
  "maxQueuedRequests",
  "maxSubrequests",
]);

function refuse(option: string, message: string): never {
  throw new BerthError("OPTION_INVALID", message, { details: { option } });
}

/**
 * @param value - an object of numbers by the names of `resources` and `server.limits`
 * @param option - what it was given as, for messages: `--limits`
 * @throws BerthError OPTION_INVALID that names the field, its value and its bounds
 */
export function parseCeilings(value: unknown, option: string): Ceilings {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(option, `${option} must be a JSON object of limits, such as {"memory": 128}.`);
  }
  for (const [name, ceiling] of Object.entries(value)) {
    if (!names.has(name)) {
      const known = [...names].join(", ");
      refuse(
        option,
        `${option} has "${name.slice(0, 60)}", which is no limit; expected one of ${known}.`,
      );
    }
    const least = mayBeNone.has(name) ? 0 : 1;
    // It is one of the names.
    const most = widest[name as CeilingName];
    const isWhole = typeof ceiling === "number" && Number.isSafeInteger(ceiling);
    if (isWhole && ceiling >= least && ceiling <= most) continue;
    const given = String(JSON.stringify(ceiling)).slice(0, 60);
    refuse(
      option,
      `${option} sets ${name} to ${given}; expected a whole number from ${least} to ${most}, which is the most that a manifest may ask.`,
    );
  }
  // Every member was looked at.
  return { ...(value as Ceilings) };
}

export interface EffectiveLimit {
  readonly name: CeilingName;
  /** Null where the manifest says nothing, and the default counts. */
  readonly asked: number | null;
  /** The operator's, or the widest that a manifest may ask. */
  readonly ceiling: number;
  readonly effective: number;
}

/** @param server - of an app without a function undefined: then only resources are listed */
export function explainLimits(
  asked: {
    readonly resources: ResourceLimits;
    /** What the installation was given of them when it was installed. */
    readonly granted: ResourceLimits;
    readonly server: { readonly [Name in keyof FunctionLimits]?: number | undefined } | undefined;
  },
  ceilings: Ceilings,
): readonly EffectiveLimit[] {
  const ceilingOf = (name: CeilingName) => ceilings[name] ?? widest[name];
  const resources = (Object.keys(maxResourceLimits) as (keyof ResourceLimits)[]).map((name) => ({
    name,
    asked: asked.resources[name],
    ceiling: ceilingOf(name),
    effective: Math.min(asked.granted[name], ceilingOf(name)),
  }));
  const { server } = asked;
  if (server === undefined) return resources;
  const clamped = clampFunctionLimits(server, ceilings);
  return [
    ...resources,
    ...functionLimitNames.map((name) => ({
      name,
      asked: server[name] ?? null,
      ceiling: ceilingOf(name),
      effective: clamped[name],
    })),
  ];
}
