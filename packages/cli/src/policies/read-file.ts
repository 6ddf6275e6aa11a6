/** Reads the files that policy commands are given, within bounds. */
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { BerthError } from "@berth/protocol";
import { type PolicyCase, policyCases } from "@berth/protocol/api";

const maxFileBytes = 1_000_000;

/** @throws FILE_UNREADABLE */
export async function readTextFile(cwd: string, name: string): Promise<string> {
  const path = resolve(cwd, name);
  try {
    const { size } = await stat(path);
    if (size <= maxFileBytes) return await readFile(path, "utf8");
  } catch (cause) {
    throw new BerthError(
      "FILE_UNREADABLE",
      `${name} cannot be read; name a file that is there and readable.`,
      { cause },
    );
  }
  throw new BerthError("FILE_UNREADABLE", `${name} is larger than ${maxFileBytes} bytes.`);
}

/** @throws FILE_UNREADABLE, REQUEST_INVALID naming the case and the field */
export async function readCasesFile(cwd: string, name: string): Promise<readonly PolicyCase[]> {
  const text = await readTextFile(cwd, name);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "it does not parse";
    throw new BerthError("REQUEST_INVALID", `${name} is not JSON: ${why}`, { cause });
  }
  const parsed = policyCases.safeParse(value);
  if (parsed.success) return parsed.data.cases;
  const [issue] = parsed.error.issues;
  const where = issue?.path.map(String).join(".") || "the file";
  throw new BerthError(
    "REQUEST_INVALID",
    `${name}: ${where}: ${issue?.message ?? "not of the expected shape"}; see docs/policies.md for the form of a case.`,
  );
}
