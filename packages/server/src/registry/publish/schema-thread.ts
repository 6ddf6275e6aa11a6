/** The thread that compiles a manifest's JSON Schemas and ends. */
import { parentPort, workerData } from "node:worker_threads";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";

const maxMessageChars = 300;

function findProblem(schema: Record<string, unknown>): string | null {
  const isDraft7 = typeof schema.$schema === "string" && schema.$schema.includes("draft-07");
  const options = { strict: false, validateFormats: false, logger: false } as const;
  const ajv = isDraft7 ? new Ajv(options) : new Ajv2020(options);
  try {
    ajv.compile(schema);
    return null;
  } catch (error) {
    return (error instanceof Error ? error.message : "it does not compile").slice(
      0,
      maxMessageChars,
    );
  }
}

const port = parentPort;
if (port === null) throw new TypeError("The schema thread was started as a program.");
port.postMessage((workerData as Record<string, unknown>[]).map(findProblem));
