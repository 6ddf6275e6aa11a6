/** The operator's ceilings, out of a file or the environment. */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { BerthError, type Ceilings, parseCeilings } from "@berth/protocol";

const maxFileBytes = 65_536;

export interface CeilingsInput {
  readonly cwd: string;
  /** Of `--limits`. */
  readonly file: string | undefined;
  /** Of `BERTH_LIMITS`: a path, or the JSON itself. */
  readonly env: string | undefined;
}

/** @throws BerthError OPTION_INVALID, FILE_UNREADABLE */
export function readCeilings({ cwd, env, file }: CeilingsInput): Ceilings | undefined {
  if (file !== undefined) return parseText(readText(resolve(cwd, file)), "--limits");
  if (env === undefined || env.trim() === "") return undefined;
  const text = env.trimStart().startsWith("{") ? env : readText(resolve(cwd, env));
  return parseText(text, "BERTH_LIMITS");
}

function readText(path: string): string {
  try {
    if (statSync(path).size <= maxFileBytes) return readFileSync(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new BerthError("FILE_UNREADABLE", `${path} cannot be read: ${code}.`, { cause });
  }
  throw new BerthError("FILE_UNREADABLE", `${path} is larger than ${maxFileBytes} bytes.`);
}

function parseText(text: string, option: string): Ceilings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const message = `${option} is not JSON; expected an object of limits, such as {"memory": 128}.`;
    throw new BerthError("OPTION_INVALID", message, { cause, details: { option } });
  }
  return parseCeilings(value, option);
}
