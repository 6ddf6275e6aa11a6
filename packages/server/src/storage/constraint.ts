/** What the database refused, told apart from what went wrong with it. */

const uniqueViolation = "23505";

/** True when a statement failed because a unique constraint holds already; of that name when given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (typeof error !== "object" || error === null) return false;
  const fields = error as { code?: unknown; constraint?: unknown };
  if (fields.code !== uniqueViolation) return false;
  return constraint === undefined || fields.constraint === constraint;
}
