import { BerthError } from "@berth/protocol";

/** The bounds of a package; each is inclusive: a value at the bound passes. */
export interface PackageLimits {
  /** The archive as a whole, headers and padding included. Default 64 MiB. */
  readonly maxTotalBytes: number;
  /** One file's content. Default 32 MiB. */
  readonly maxFileBytes: number;
  /** Files, the digest index not counted. Default 2,000. */
  readonly maxFiles: number;
  /** One path in UTF-8. Default 200. */
  readonly maxPathBytes: number;
}

export const defaultPackageLimits: PackageLimits = Object.freeze({
  maxTotalBytes: 64 * 1024 * 1024,
  maxFileBytes: 32 * 1024 * 1024,
  maxFiles: 2_000,
  maxPathBytes: 200,
});

/**
 * The defaults with the caller's values over them.
 *
 * @throws OPTION_INVALID when a value is not a whole number from 0: every comparison
 * with NaN is false, so such a bound would silently be none.
 */
export function resolveLimits(limits: Partial<PackageLimits> = {}): PackageLimits {
  const resolved = { ...defaultPackageLimits, ...limits };
  for (const [name, value] of Object.entries(resolved)) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new BerthError(
        "OPTION_INVALID",
        `limits.${name} is ${String(value)}; expected a whole number from 0.`,
        { details: { option: `limits.${name}` } },
      );
    }
  }
  return resolved;
}

/** The refusal of something over a bound; `what` is the subject of the sentence. */
export function overBound(
  bound: keyof PackageLimits,
  maximum: number,
  what: string,
  details: Readonly<Record<string, unknown>> = {},
): BerthError {
  return new BerthError(
    "PACKAGE_TOO_LARGE",
    `${what}; at most ${maximum} are allowed (${bound}).`,
    {
      details: { bound, maximum, ...details },
    },
  );
}
