/** Parse Server's own errors, as its answers carry them. */

export interface ParseError {
  /** Parse's number, such as 101 for an object that is not there, or is not the user's to see. */
  readonly code: number;
  readonly message: string;
}

/** Undefined for an answer that is no error of Parse Server's. */
export function findParseError(answer: {
  readonly status: number;
  readonly body: string;
}): ParseError | undefined {
  if (answer.status < 400) return undefined;
  try {
    const { code, error } = (JSON.parse(answer.body) ?? {}) as { code?: unknown; error?: unknown };
    return typeof code === "number" && typeof error === "string"
      ? { code, message: error }
      : undefined;
  } catch {
    // Not JSON: it comes from something in front of Parse Server.
    return undefined;
  }
}

/** The status that Parse Server itself gives to an error; a batch's answers carry none. */
export function statusOfParseError(code: unknown): number {
  if (code === 1) return 500;
  return code === 101 ? 404 : 400;
}
