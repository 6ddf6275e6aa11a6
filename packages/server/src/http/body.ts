/** Reads a JSON body up to a bound. Trust: its length and its type are claims. */
import { BerthError } from "@berth/protocol";
import { findJsonProblem } from "./json-bounds.ts";

export const maxJsonBytes = 1_048_576;

const jsonType = /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i;

function tooLarge(): BerthError {
  return new BerthError(
    "REQUEST_TOO_LARGE",
    `The request body has more than ${maxJsonBytes} bytes; send less.`,
    { details: { maxBytes: maxJsonBytes } },
  );
}

/**
 * The parsed body; undefined when there is none.
 *
 * @throws REQUEST_TOO_LARGE while streaming; REQUEST_INVALID when it is not JSON
 */
export async function readJson(request: Request): Promise<unknown> {
  if (Number(request.headers.get("content-length") ?? 0) > maxJsonBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (request.body !== null) {
    for await (const chunk of request.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > maxJsonBytes) throw tooLarge();
      chunks.push(chunk);
    }
  }
  if (bytes === 0) return undefined;
  const type = request.headers.get("content-type") ?? "";
  if (!jsonType.test(type)) {
    throw new BerthError(
      "REQUEST_INVALID",
      `The request's content-type is ${JSON.stringify(type.slice(0, 80))}; expected application/json.`,
    );
  }
  const value = parseJson(Buffer.concat(chunks));
  const problem = findJsonProblem(value);
  if (problem === undefined) return value;
  throw new BerthError("REQUEST_INVALID", `The request body ${problem}`);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new BerthError("REQUEST_INVALID", "The request body is not JSON in UTF-8.", { cause });
  }
}
