/**
 * Writes classic BPF for seccomp: a filter sees the call's number, the machine, and the arguments as
 * they were passed; it cannot follow a pointer.
 *
 * Format: linux/filter.h and linux/seccomp.h (`struct seccomp_data`), little-endian machines.
 */

/** What must be true of one argument. Of most only the lower half is looked at, as the kernel does. */
export type ArgumentCheck =
  | {
      readonly argument: number;
      readonly oneOf: readonly number[];
      /** Bits that do not matter to the comparison. */
      readonly ignoring?: number;
    }
  /** None but these bits may be set. */
  | { readonly argument: number; readonly within: number }
  /** These bits must be set. */
  | { readonly argument: number; readonly with: number }
  /** A pointer, both halves of it. */
  | { readonly argument: number; readonly isNull: true };

const loadWord = 0x20;
const and = 0x54;
const jumpEqual = 0x15;
const jumpGreaterOrEqual = 0x35;
const jumpIfAnyBit = 0x45;
const leave = 0x06;

const allow = 0x7fff0000;
const killProcess = 0x80000000;
const refuseWith = (errno: number) => 0x00050000 | errno;

const numberOffset = 0;
const archOffset = 4;
const argumentsOffset = 16;
const lowHalf = (argument: number) => argumentsOffset + argument * 8;
const highHalf = (argument: number) => lowHalf(argument) + 4;

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];

/** Falls through when the check holds, else leaves with `errno`. */
function checkArgument(check: ArgumentCheck, errno: number): Instruction[] {
  const refuse: Instruction = [leave, 0, 0, refuseWith(errno)];
  const load: Instruction = [loadWord, 0, 0, lowHalf(check.argument)];
  if ("isNull" in check) {
    return [
      load,
      [jumpEqual, 1, 0, 0],
      refuse,
      [loadWord, 0, 0, highHalf(check.argument)],
      [jumpEqual, 1, 0, 0],
      refuse,
    ];
  }
  if ("within" in check) return [load, [jumpIfAnyBit, 0, 1, ~check.within], refuse];
  if ("with" in check) {
    return [load, [and, 0, 0, check.with], [jumpEqual, 1, 0, check.with], refuse];
  }
  const { oneOf, ignoring = 0 } = check;
  const mask: Instruction[] = ignoring === 0 ? [] : [[and, 0, 0, ~ignoring]];
  const tests = oneOf.map(
    (value, index): Instruction => [jumpEqual, oneOf.length - index, 0, value],
  );
  return [load, ...mask, ...tests, refuse];
}

export class FilterProgram {
  readonly #instructions: Instruction[] = [];

  /** A call of another machine, whose numbers mean something else, ends the process. */
  requireMachine(audit: number): void {
    this.#instructions.push(
      [loadWord, 0, 0, archOffset],
      [jumpEqual, 1, 0, audit],
      [leave, 0, 0, killProcess],
      [loadWord, 0, 0, numberOffset],
    );
  }

  refuseFrom(number: number, errno: number): void {
    this.#instructions.push([jumpGreaterOrEqual, 0, 1, number], [leave, 0, 0, refuseWith(errno)]);
  }

  allow(number: number): void {
    this.#instructions.push([jumpEqual, 0, 1, number], [leave, 0, 0, allow]);
  }

  allowWhen(number: number, checks: readonly ArgumentCheck[], errno: number): void {
    const body = checks.flatMap((check) => checkArgument(check, errno));
    this.#instructions.push([jumpEqual, 0, body.length + 1, number], ...body);
    this.#instructions.push([leave, 0, 0, allow]);
  }

  refuse(number: number, errno: number): void {
    this.#instructions.push([jumpEqual, 0, 1, number], [leave, 0, 0, refuseWith(errno)]);
  }

  kill(number: number): void {
    this.#instructions.push([jumpEqual, 0, 1, number], [leave, 0, 0, killProcess]);
  }

  /** To be called last. @param errno - for all that was not named */
  toBytes(errno: number): Buffer {
    const all: Instruction[] = [...this.#instructions, [leave, 0, 0, refuseWith(errno)]];
    const bytes = Buffer.alloc(all.length * 8);
    for (const [index, [code, ifTrue, ifFalse, value]] of all.entries()) {
      bytes.writeUInt16LE(code, index * 8);
      bytes.writeUInt8(ifTrue, index * 8 + 2);
      bytes.writeUInt8(ifFalse, index * 8 + 3);
      bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
    }
    return bytes;
  }
}
