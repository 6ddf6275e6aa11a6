/**
 * The thread that checks one configuration against one schema, and ends.
 *
 * Trust: the schema is a publisher's. Its patterns may run for hours and its size may be anything,
 * so it is compiled and run here, where time and memory are bounded from outside.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Ajv, type ErrorObject } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { CheckAnswer, CheckBegun, CheckQuestion } from "./check-config.ts";

/** Every check here runs with a schema of its own: nothing is shared, nothing is remembered. */
function check({ schema, config }: CheckQuestion): CheckAnswer {
  const isDraft7 = typeof schema.$schema === "string" && schema.$schema.includes("draft-07");
  const options = { strict: false, useDefaults: true, allErrors: false, validateFormats: false };
  const ajv = isDraft7 ? new Ajv(options) : new Ajv2020(options);
  try {
    const validate = ajv.compile(schema);
    // A schema that refers to itself without end fails only here.
    if (validate(config)) return { kind: "valid", config };
    return { kind: "invalid", problem: describe(validate.errors?.[0]) };
  } catch (error) {
    return { kind: "schema-invalid", message: error instanceof Error ? error.message : "unknown" };
  }
}

function describe(error: ErrorObject | undefined) {
  const path = (error?.instancePath ?? "")
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const parameters: Readonly<Record<string, unknown>> = error?.params ?? {};
  for (const key of ["missingProperty", "additionalProperty"]) {
    const name = parameters[key];
    if (typeof name === "string") path.push(name);
  }
  return {
    path,
    keyword: error?.keyword ?? "unknown",
    message: error?.message ?? "does not fit",
    parameters,
  };
}

const port = parentPort;
if (port === null) throw new TypeError("The configuration's thread was started as a program.");
port.postMessage({ kind: "begun" } satisfies CheckBegun);
port.postMessage(check(workerData as CheckQuestion));
