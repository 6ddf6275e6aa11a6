/**
 * Checks a configuration against the JSON Schema in its app's manifest.
 *
 * Each check has a thread of its own; few run at once and organizations take turns.
 */
import { Worker } from "node:worker_threads";
import { BerthError, type ParsedManifest } from "@berth/protocol";
import type { JsonObject } from "../live.ts";
import { createFairTurns } from "./fair-turns.ts";

export interface CheckQuestion {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly config: JsonObject;
}

interface Problem {
  readonly path: readonly string[];
  readonly keyword: string;
  readonly message: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export type CheckAnswer =
  | { readonly kind: "valid"; readonly config: JsonObject }
  | { readonly kind: "invalid"; readonly problem: Problem }
  | { readonly kind: "schema-invalid"; readonly message: string };

/** Sent first, when the thread has loaded what it needs and begins to check. */
export interface CheckBegun {
  readonly kind: "begun";
}

export interface ConfigBounds {
  readonly maxConfigBytes: number;
  readonly maxSchemaBytes: number;
  /** For the check itself. */
  readonly timeoutMs: number;
  /** For starting its thread, which is the host's own business. */
  readonly startTimeoutMs: number;
  readonly maxChecksAtOnce: number;
  /** Of one organization. */
  readonly maxWaiting: number;
}

export const defaultConfigBounds: ConfigBounds = Object.freeze({
  maxConfigBytes: 65_536,
  maxSchemaBytes: 262_144,
  timeoutMs: 5_000,
  startTimeoutMs: 30_000,
  maxChecksAtOnce: 2,
  maxWaiting: 8,
});

export interface ConfigChecker {
  /**
   * The configuration with the schema's defaults filled in.
   *
   * @throws CONFIG_INVALID naming the path, the value and what is expected; RATE_LIMITED when the
   * organization has too many checks waiting; UNAVAILABLE when the host cannot start a check
   */
  check(
    organizationId: string,
    manifest: Pick<ParsedManifest, "server">,
    config: JsonObject,
  ): Promise<JsonObject>;
}

export function createConfigChecker(changes: Partial<ConfigBounds> = {}): ConfigChecker {
  const bounds = { ...defaultConfigBounds, ...changes };
  const turns = createFairTurns({
    maxAtOnce: bounds.maxChecksAtOnce,
    maxWaitingOfOwner: bounds.maxWaiting,
  });
  return {
    check: (organizationId, manifest, config) =>
      checkConfig(manifest, config, { bounds, inTurn: (task) => turns(organizationId, task) }),
  };
}

type InTurn = (task: () => Promise<CheckAnswer>) => Promise<CheckAnswer>;

async function checkConfig(
  manifest: Pick<ParsedManifest, "server">,
  config: JsonObject,
  { bounds, inTurn }: { readonly bounds: ConfigBounds; readonly inTurn: InTurn },
): Promise<JsonObject> {
  const bytes = Buffer.byteLength(JSON.stringify(config));
  if (bytes > bounds.maxConfigBytes) {
    refuse(`The configuration has ${bytes} bytes; at most ${bounds.maxConfigBytes} are allowed.`);
  }
  const schema = manifest.server?.config;
  if (schema === undefined) {
    const names = Object.keys(config);
    if (names.length === 0) return config;
    return refuse(`The app takes no configuration, but "${names[0]}" was given; leave it out.`);
  }
  if (Buffer.byteLength(JSON.stringify(schema)) > bounds.maxSchemaBytes) {
    refuse(`The app's configuration schema is larger than ${bounds.maxSchemaBytes} bytes.`);
  }
  const answer = await inTurn(() => ask({ schema, config }, bounds));
  switch (answer.kind) {
    case "valid":
      return answer.config;
    case "schema-invalid":
      return refuse(
        `The app's configuration schema cannot be used: ${answer.message.slice(0, 300)}; its publisher must mend server.config.`,
      );
    case "invalid":
      return refuse(sentenceOf(answer.problem, config), {
        path: answer.problem.path,
        keyword: answer.problem.keyword,
      });
  }
}

function sentenceOf(problem: Problem, config: JsonObject): string {
  const path = problem.path.length === 0 ? "config" : `config.${problem.path.join(".")}`;
  if (problem.keyword === "required") return `${path} is missing; set it.`;
  if (problem.keyword === "additionalProperties") {
    return `${path} is not a setting of this app; remove it.`;
  }
  const allowed = problem.parameters.allowedValues;
  const expected = Array.isArray(allowed)
    ? `expected one of ${allowed.map((each) => JSON.stringify(each)).join(", ")}`.slice(0, 300)
    : `it ${problem.message.slice(0, 300)}`;
  return `${path} is ${preview(valueAt(config, problem.path))}; ${expected}.`;
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

function preview(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function refuse(message: string, details?: Readonly<Record<string, unknown>>): never {
  throw new BerthError("CONFIG_INVALID", message, details === undefined ? {} : { details });
}

function ask(question: CheckQuestion, bounds: ConfigBounds): Promise<CheckAnswer> {
  const file = import.meta.url.endsWith(".ts")
    ? "./check-config.thread.ts"
    : "./check-config.thread.js";
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: question,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
  });
  const notStarted = new BerthError(
    "UNAVAILABLE",
    "The configuration cannot be checked right now, since this server is too busy; try again in a moment.",
  );
  const tooHard = new BerthError(
    "CONFIG_INVALID",
    `The app's configuration schema could not be checked within ${bounds.timeoutMs} ms and 64 MB; its publisher must make server.config simpler.`,
  );
  return new Promise<CheckAnswer>((resolve, reject) => {
    let failure = notStarted;
    let timer = setTimeout(() => reject(failure), bounds.startTimeoutMs);
    worker.on("message", (message: CheckBegun | CheckAnswer) => {
      if (message.kind !== "begun") return resolve(message);
      failure = tooHard;
      clearTimeout(timer);
      timer = setTimeout(() => reject(failure), bounds.timeoutMs);
    });
    worker.once("error", (cause) =>
      reject(new BerthError(failure.code, failure.message, { cause })),
    );
    worker.once("exit", () => {
      clearTimeout(timer);
      reject(failure);
    });
  }).finally(() => worker.terminate());
}
