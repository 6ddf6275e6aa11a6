/**
 * The system call filter of a cell, for `bwrap --seccomp`: what `system-calls.ts` does not name does
 * not exist for the engine (ENOSYS), so that it takes the way it has for older kernels.
 *
 * Trust: it is written for an engine that was broken into. It holds the jail's first process too.
 */

import { FilterProgram } from "./filter-program.ts";
import { allowedCalls, checkedCalls, errnos, fatalCalls, refusedCalls } from "./system-calls.ts";

const audits = Object.freeze({ x64: 0xc000003e, arm64: 0xc00000b7 });
/** Calls of the x32 interface, which x86-64 machines may have, carry this bit. */
const x32Bit = 0x40000000;

/** @returns the filter's bytes, or undefined on a machine it is not written for */
export function buildSeccompFilter(arch: string): Buffer | undefined {
  if (arch !== "x64" && arch !== "arm64") return undefined;
  const program = new FilterProgram();
  program.requireMachine(audits[arch]);
  if (arch === "x64") program.refuseFrom(x32Bit, errnos.ENOSYS);
  for (const { checks, errno, [arch]: number } of Object.values(checkedCalls)) {
    if (number !== undefined) program.allowWhen(number, checks, errno);
  }
  for (const { [arch]: number } of Object.values(allowedCalls)) {
    if (number !== undefined) program.allow(number);
  }
  for (const { errno, [arch]: number } of Object.values(refusedCalls)) {
    if (number !== undefined) program.refuse(number, errno);
  }
  for (const { [arch]: number } of Object.values(fatalCalls)) {
    if (number !== undefined) program.kill(number);
  }
  return program.toBytes(errnos.ENOSYS);
}
