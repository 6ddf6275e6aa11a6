/**
 * The system call filter of a cell, as classic BPF for `bwrap --seccomp`.
 *
 * Threads yes, processes no; Unix sockets only; nothing that reaches into other processes or into
 * rarely used parts of the kernel. `execve` stays allowed: bubblewrap itself needs it after the
 * filter is loaded, and the jail holds no other program.
 * Call numbers: linux/arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h.
 */

interface Architecture {
  readonly audit: number;
  readonly numbers: Readonly<Record<string, number>>;
}

const x64: Architecture = {
  audit: 0xc000003e,
  numbers: {
    socket: 41,
    socketpair: 53,
    clone: 56,
    fork: 57,
    vfork: 58,
    clone3: 435,
    ptrace: 101,
    personality: 135,
    pivot_root: 155,
    chroot: 161,
    mount: 165,
    umount2: 166,
    swapon: 167,
    reboot: 169,
    init_module: 175,
    kexec_load: 246,
    add_key: 248,
    request_key: 249,
    keyctl: 250,
    unshare: 272,
    perf_event_open: 298,
    open_by_handle_at: 304,
    setns: 308,
    process_vm_readv: 310,
    process_vm_writev: 311,
    kcmp: 312,
    finit_module: 313,
    bpf: 321,
    userfaultfd: 323,
    io_uring_setup: 425,
    io_uring_enter: 426,
    io_uring_register: 427,
    open_tree: 428,
    move_mount: 429,
    fsopen: 430,
    fsmount: 432,
    pidfd_getfd: 438,
    mount_setattr: 442,
  },
};

const arm64: Architecture = {
  audit: 0xc00000b7,
  numbers: {
    socket: 198,
    socketpair: 199,
    clone: 220,
    clone3: 435,
    ptrace: 117,
    personality: 92,
    pivot_root: 41,
    chroot: 51,
    mount: 40,
    umount2: 39,
    swapon: 224,
    reboot: 142,
    init_module: 105,
    kexec_load: 104,
    add_key: 217,
    request_key: 218,
    keyctl: 219,
    unshare: 97,
    perf_event_open: 241,
    open_by_handle_at: 265,
    setns: 268,
    process_vm_readv: 270,
    process_vm_writev: 271,
    kcmp: 272,
    finit_module: 273,
    bpf: 280,
    userfaultfd: 282,
    io_uring_setup: 425,
    io_uring_enter: 426,
    io_uring_register: 427,
    open_tree: 428,
    move_mount: 429,
    fsopen: 430,
    fsmount: 432,
    pidfd_getfd: 438,
    mount_setattr: 442,
  },
};

const loadWord = 0x20;
const jumpEqual = 0x15;
const jumpGreaterOrEqual = 0x35;
const jumpIfAnyBit = 0x45;
const leave = 0x06;

const allow = 0x7fff0000;
const killProcess = 0x80000000;
const refuseWith = (errno: number) => 0x00050000 | errno;
const eperm = 1;
const enosys = 38;
const eafnosupport = 97;

const numberOffset = 0;
const archOffset = 4;
/** The low half of the first argument, on little-endian machines. */
const firstArgumentOffset = 16;

const cloneThread = 0x00010000;
const afUnix = 1;
/** Calls of the x32 interface carry this bit. */
const x32Bit = 0x40000000;

/** Checked by argument, or refused in a way of their own. */
const special = new Set(["socket", "socketpair", "clone", "clone3"]);

class Program {
  readonly #instructions: number[][] = [];

  /** Jumps count the instructions to skip. */
  add(code: number, value: number, ifTrue = 0, ifFalse = 0): this {
    this.#instructions.push([code, ifTrue, ifFalse, value]);
    return this;
  }

  toBytes(): Buffer {
    const bytes = Buffer.alloc(this.#instructions.length * 8);
    for (const [
      index,
      [code = 0, ifTrue = 0, ifFalse = 0, value = 0],
    ] of this.#instructions.entries()) {
      bytes.writeUInt16LE(code, index * 8);
      bytes.writeUInt8(ifTrue, index * 8 + 2);
      bytes.writeUInt8(ifFalse, index * 8 + 3);
      bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
    }
    return bytes;
  }
}

/** @returns the filter's bytes, or undefined on a machine it is not written for */
export function buildSeccompFilter(arch: string): Buffer | undefined {
  const target = arch === "x64" ? x64 : arch === "arm64" ? arm64 : undefined;
  if (target === undefined) return undefined;
  const numberOf = (name: string) => target.numbers[name] ?? -1;
  const program = new Program();
  program.add(loadWord, archOffset);
  program.add(jumpEqual, target.audit, 1, 0);
  program.add(leave, killProcess);
  program.add(loadWord, numberOffset);
  if (arch === "x64") {
    program.add(jumpGreaterOrEqual, x32Bit, 0, 1);
    program.add(leave, refuseWith(enosys));
  }
  // The C library falls back to clone, whose flags can be seen, when clone3 is not there.
  program.add(jumpEqual, numberOf("clone3"), 0, 1);
  program.add(leave, refuseWith(enosys));
  for (const [name, number] of Object.entries(target.numbers)) {
    if (special.has(name)) continue;
    program.add(jumpEqual, number, 0, 1);
    program.add(leave, refuseWith(eperm));
  }
  program.add(jumpEqual, numberOf("clone"), 0, 4);
  program.add(loadWord, firstArgumentOffset);
  program.add(jumpIfAnyBit, cloneThread, 1, 0);
  program.add(leave, refuseWith(eperm));
  program.add(leave, allow);
  program.add(jumpEqual, numberOf("socket"), 1, 0);
  program.add(jumpEqual, numberOf("socketpair"), 0, 3);
  program.add(loadWord, firstArgumentOffset);
  program.add(jumpEqual, afUnix, 1, 0);
  program.add(leave, refuseWith(eafnosupport));
  program.add(leave, allow);
  return program.toBytes();
}
