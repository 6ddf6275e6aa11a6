/**
 * A tiny program that makes the system calls it was built for and writes what each returned.
 *
 * An app's JavaScript can make none of them, an engine that was broken into could: so the jail and
 * the process limit are tried by a program that has nothing but them. Written as machine code, as
 * a jail holds no interpreter and a host need not have a compiler.
 * Formats: ELF-64; x86-64 and A64 instructions; calls take their number and six arguments in
 * rax, rdi, rsi, rdx, r10, r8, r9, or in x8 and x0 to x5.
 */

export interface ProbeCall {
  /** Undefined where the machine has no such call. */
  readonly x64: number | undefined;
  readonly arm64: number | undefined;
  readonly args?: readonly (number | typeof shellPath)[];
  /** What a new process does that the call made. Without it the call makes none. */
  readonly child?: "exit" | "wait";
}

/** Stands for the address of the text `/bin/sh`. */
export const shellPath = Symbol("/bin/sh");

type Machine = "x64" | "arm64";

const codeAddress = 0x400000;
const dataAddress = 0x600000;
/** Of the ELF header and two program headers. */
const headerBytes = 64 + 2 * 56;
const argumentCount = 6;
const resultBytes = 8;
const ownCalls = {
  x64: { read: 0, write: 1, exit: 60, exitGroup: 231, elf: 0x3e },
  arm64: { read: 63, write: 64, exit: 93, exitGroup: 94, elf: 0xb7 },
} as const;

/** How one machine says what the program is made of. */
interface Assembler {
  call(number: number, args: readonly number[]): Buffer;
  storeResult(address: number): Buffer;
  /** Runs `code` only in the new process, where the call returned 0. */
  inChild(code: Buffer): Buffer;
}

function word64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}

const x64Assembler: Assembler = {
  call(number, args) {
    const registers = ["48bf", "48be", "48ba", "49ba", "49b8", "49b9"];
    const loads = args.map((value, index) =>
      Buffer.concat([Buffer.from(registers[index] ?? "", "hex"), word64(value)]),
    );
    const rax = Buffer.concat([Buffer.from("48b8", "hex"), word64(number)]);
    return Buffer.concat([rax, ...loads, Buffer.from("0f05", "hex")]);
  },
  storeResult: (address) =>
    Buffer.concat([Buffer.from("48bb", "hex"), word64(address), Buffer.from("488903", "hex")]),
  inChild: (code) => Buffer.concat([Buffer.from("4885c00f85", "hex"), int32(code.length), code]),
};

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function instruction(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

/** movz and three movk: sixteen bits each. */
function armLoad(register: number, value: number): Buffer {
  const bits = BigInt.asUintN(64, BigInt(value));
  const parts = [0n, 1n, 2n, 3n].map((half) => {
    const immediate = Number((bits >> (half * 16n)) & 0xffffn);
    const base = half === 0n ? 0xd2800000 : 0xf2800000;
    return instruction(base + Number(half) * 0x200000 + immediate * 32 + register);
  });
  return Buffer.concat(parts);
}

const arm64Assembler: Assembler = {
  call: (number, args) =>
    Buffer.concat([
      armLoad(8, number),
      ...args.map((value, index) => armLoad(index, value)),
      instruction(0xd4000001),
    ]),
  storeResult: (address) => Buffer.concat([armLoad(9, address), instruction(0xf9000120)]),
  inChild: (code) => Buffer.concat([instruction(0xb5000000 + (code.length / 4 + 1) * 32), code]),
};

function buildCode(machine: Machine, calls: readonly ProbeCall[], shellAddress: number): Buffer {
  const assembler = machine === "x64" ? x64Assembler : arm64Assembler;
  const own = ownCalls[machine];
  const resultsAddress = dataAddress + resultBytes;
  const wait = assembler.call(own.read, [0, dataAddress, 1]);
  const exit = assembler.call(own.exit, [0]);
  const parts = [wait];
  calls.forEach(({ child, args = [], ...numbers }, index) => {
    const values = args.map((value) => (value === shellPath ? shellAddress : value));
    const padded = [...values, ...Array<number>(argumentCount - values.length).fill(0)];
    parts.push(assembler.call(numbers[machine] ?? -1, padded));
    if (child !== undefined) {
      parts.push(assembler.inChild(child === "wait" ? Buffer.concat([wait, exit]) : exit));
    }
    parts.push(assembler.storeResult(resultsAddress + index * resultBytes));
  });
  parts.push(assembler.call(own.write, [1, resultsAddress, calls.length * resultBytes]));
  parts.push(wait, assembler.call(own.exitGroup, [0]));
  return Buffer.concat(parts);
}

function programHeader(flags: number, address: number, fileBytes: number, bytes: number): Buffer {
  const header = Buffer.alloc(56);
  header.writeUInt32LE(1, 0);
  header.writeUInt32LE(flags, 4);
  header.writeBigUInt64LE(BigInt(address), 16);
  header.writeBigUInt64LE(BigInt(address), 24);
  header.writeBigUInt64LE(BigInt(fileBytes), 32);
  header.writeBigUInt64LE(BigInt(bytes), 40);
  header.writeBigUInt64LE(0x1000n, 48);
  return header;
}

/**
 * It waits for a byte on its input, makes the calls, writes a signed 64-bit number for each, and
 * waits again. What it returns is the kernel's: below zero an error number.
 *
 * @returns undefined on a machine that it is not written for
 */
export function buildProbeProgram(arch: string, calls: readonly ProbeCall[]): Buffer | undefined {
  if (arch !== "x64" && arch !== "arm64") return undefined;
  const length = buildCode(arch, calls, 0).length;
  const code = buildCode(arch, calls, codeAddress + headerBytes + length);
  const text = Buffer.from("/bin/sh\0");
  const fileBytes = headerBytes + code.length + text.length;
  const header = Buffer.alloc(64);
  header.write("7f454c46020101", 0, "hex");
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(ownCalls[arch].elf, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(codeAddress + headerBytes), 24);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(2, 56);
  const readAndRun = 5;
  const readAndWrite = 6;
  return Buffer.concat([
    header,
    programHeader(readAndRun, codeAddress, fileBytes, fileBytes),
    programHeader(readAndWrite, dataAddress, 0, (calls.length + 1) * resultBytes),
    code,
    text,
  ]);
}

/** @returns what each call returned; fewer than there were calls when it did not come so far */
export function parseProbeResults(output: Buffer): number[] {
  const results: number[] = [];
  for (let at = 0; at + resultBytes <= output.length; at += resultBytes) {
    results.push(Number(output.readBigInt64LE(at)));
  }
  return results;
}
