import { isBerthError } from "@berth/protocol";

const maxProblems = 200;

/**
 * What the server refused in a configuration, by JSON pointer, from the error's
 * `details.problems`: a list of `{ path, message }` whose path is a JSON pointer or dotted.
 */
export function serverProblems(error: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!isBerthError(error, "CONFIG_INVALID")) return found;
  const problems = error.details?.problems;
  if (!Array.isArray(problems)) return found;
  for (const problem of problems.slice(0, maxProblems)) {
    if (typeof problem !== "object" || problem === null) continue;
    const { path, message } = problem as { readonly path?: unknown; readonly message?: unknown };
    if (typeof path !== "string" || typeof message !== "string" || path === "") continue;
    const pointer = path.startsWith("/") ? path : `/${path.replaceAll(".", "/")}`;
    if (!found.has(pointer)) found.set(pointer, message);
  }
  return found;
}
