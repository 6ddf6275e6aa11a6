/** Parse Server's `/batch`: paths from the server's root, queries as bodies, answers in order. */
import type { BatchedAnswer, BatchedRead, BatchFormat } from "../proxy/batch.ts";
import { statusOfParseError } from "./parse-error.ts";

/** Others may make the whole batch fail, and with it everybody's reads. */
const objectPath = /^\/classes\/\w+(?:\/\w+)?$/;

export const parseBatchFormat: BatchFormat = Object.freeze({
  mayCarry({ url, headers }: BatchedRead) {
    const [path = "", query = ""] = url.split("?", 2);
    const names = [...new URLSearchParams(query).keys()];
    const isPlain =
      new Set(names).size === names.length && names.every((name) => /^\w+$/.test(name));
    return (
      objectPath.test(path) && isPlain && [...headers.keys()].every((name) => name === "accept")
    );
  },
  write: (reads: readonly BatchedRead[], basePath: string) => ({
    requests: reads.map(({ url }) => {
      const [path = "", query = ""] = url.split("?", 2);
      const body = [...new URLSearchParams(query)].map(([name, text]) => [
        name,
        readParameter(text),
      ]);
      return { method: "GET", path: basePath + path, body: Object.fromEntries(body) };
    }),
  }),
  read(value: unknown) {
    const answers = new Map<number, BatchedAnswer>();
    if (!Array.isArray(value)) return answers;
    for (const [index, each] of (value as readonly unknown[]).entries()) {
      const { success, error } = (each ?? {}) as { success?: unknown; error?: { code?: unknown } };
      const headers = new Headers({ "content-type": "application/json; charset=utf-8" });
      if (success !== undefined)
        answers.set(index, { status: 200, headers, body: JSON.stringify(success) });
      else if (typeof error === "object" && error !== null)
        answers.set(index, {
          ...{ status: statusOfParseError(error.code), headers },
          body: JSON.stringify(error),
        });
    }
    return answers;
  },
});

/** As Parse Server reads a parameter of an address. */
function readParameter(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the text itself is meant.
    return text;
  }
}
