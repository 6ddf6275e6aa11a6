/**
 * How TypeScript's compiler, a Go program, takes back its memory: at most so often that a fifth of
 * its time is spared, and more often again where it comes near what a small machine has.
 */
export const typeCheckEnvironment: Readonly<Record<string, string>> = Object.freeze({
  GOGC: "400",
  GOMEMLIMIT: "3GiB",
});
