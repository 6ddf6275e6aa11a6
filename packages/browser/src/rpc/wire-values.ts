/**
 * Values as capnweb writes them in JSON: an array is `[[…]]`, so that any other array is a tagged
 * special, of which only `undefined`, the numbers that JSON lacks, and errors are known here.
 *
 * Trust: what is decoded comes from the other side, and on the host has passed wire-grammar.ts.
 * Keys that every object has by its prototype are dropped in any case.
 */
const maxDepth = 128;

/** @throws TypeError for what JSON cannot hold: functions, dates, instances of classes, cycles */
export function encodeValue(value: unknown, depth = 0): unknown {
  if (depth > maxDepth) throw new TypeError("A value is nested too deeply, or holds itself.");
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      return [Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf"];
    case "undefined":
      return ["undefined"];
    case "object":
      return value === null ? null : encodeObject(value, depth);
    default:
      throw unsendable(typeof value);
  }
}

/** Changes what it is given. @throws TypeError for what is no value of this wire */
export function decodeValue(value: unknown, depth = 0): unknown {
  if (depth > maxDepth) throw new TypeError("A value is nested too deeply.");
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) return decodeFields(value, depth);
  const [first, , message, , fields] = value as unknown[];
  if (value.length === 1 && Array.isArray(first)) {
    for (let at = 0; at < first.length; at++) first[at] = decodeValue(first[at], depth + 1);
    return first;
  }
  switch (first) {
    case "undefined":
      return undefined;
    case "inf":
      return Number.POSITIVE_INFINITY;
    case "-inf":
      return Number.NEGATIVE_INFINITY;
    case "nan":
      return Number.NaN;
    case "error":
      return decodeError(message, fields, depth);
    default:
      throw new TypeError(`${String(JSON.stringify(first)).slice(0, 80)} is no kind of value.`);
  }
}

function encodeObject(value: object, depth: number): unknown {
  if (Array.isArray(value)) return [value.map((item) => encodeValue(item, depth + 1))];
  if (value instanceof Error) return encodeError(value, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw unsendable(value.constructor?.name ?? "such object");
  const fields: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) fields[key] = encodeValue(inner, depth + 1);
  return fields;
}

/** Without the stack, which tells of this side's own code, and without what cannot be sent. */
function encodeError(error: Error, depth: number): unknown[] {
  const fields: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(error)) {
    if (key === "name") continue;
    try {
      fields[key] = encodeValue(inner, depth + 1);
    } catch {
      // The error matters more than one of its particulars.
    }
  }
  return ["error", String(error.name), String(error.message), null, fields];
}

function decodeError(message: unknown, fields: unknown, depth: number): Error {
  const error = new Error(typeof message === "string" ? message : "");
  const own = typeof fields === "object" && fields !== null ? decodeFields(fields, depth) : {};
  // Its name, message and stack are its own.
  for (const [key, inner] of Object.entries(own))
    if (!(key in error)) Object.assign(error, { [key]: inner });
  return error;
}

function decodeFields(value: object, depth: number): object {
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    if (key in Object.prototype || key === "toJSON") delete fields[key];
    else fields[key] = decodeValue(fields[key], depth + 1);
  }
  return fields;
}

function unsendable(what: string): TypeError {
  return new TypeError(`Only JSON crosses between a view and its host, and no ${what}.`);
}
