import { expect, it } from "vitest";
import { buildSeccompFilter } from "../../src/jail/seccomp.ts";
import { errnos } from "../../src/jail/system-calls.ts";

type Machine = "x64" | "arm64";
const machines = ["x64", "arm64"] as const;
const filters = { x64: buildSeccompFilter("x64"), arm64: buildSeccompFilter("arm64") };
const audits = { x64: 0xc000003e, arm64: 0xc00000b7 };

interface SystemCall {
  readonly number: number;
  readonly audit?: number;
  /** 64 bits each, as registers hold them. */
  readonly args?: readonly bigint[];
}

const verdicts = new Map([
  [0x7fff0000, "allow"],
  [0x80000000, "kill"],
]);

/** Runs the filter as the kernel would: linux/Documentation/networking/filter.rst. */
function judge(machine: Machine, { number, audit = audits[machine], args = [] }: SystemCall) {
  const filter = filters[machine] ?? Buffer.alloc(0);
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number, 0);
  data.writeUInt32LE(audit, 4);
  for (const [index, value] of args.entries()) data.writeBigUInt64LE(value, 16 + index * 8);
  let accumulator = 0;
  for (let at = 0; at < filter.length; at += 8) {
    const code = filter.readUInt16LE(at);
    const value = filter.readUInt32LE(at + 4);
    const jump = (isSo: boolean) => {
      at += 8 * filter.readUInt8(at + (isSo ? 2 : 3));
    };
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else if (code === 0x54) accumulator = (accumulator & value) >>> 0;
    else if (code === 0x15) jump(accumulator === value);
    else if (code === 0x35) jump(accumulator >= value);
    else if (code === 0x45) jump((accumulator & value) !== 0);
    else if (code === 0x06) return verdicts.get(value) ?? nameOf(value & 0xffff);
    else throw new Error(`The filter holds an instruction that seccomp does not have: ${code}`);
  }
  throw new Error("The filter ends without a verdict.");
}

function nameOf(errno: number): string {
  return Object.entries(errnos).find(([, value]) => value === errno)?.[0] ?? String(errno);
}

/** What both machines say of one call with these arguments; it must be the same. */
function judgeBoth(x64: number, arm64: number, ...args: (number | bigint)[]): string {
  const words = args.map((value) => BigInt.asUintN(64, BigInt(value)));
  const [first, second] = machines.map((machine) =>
    judge(machine, { number: machine === "x64" ? x64 : arm64, args: words }),
  );
  expect(second).toBe(first);
  return first ?? "";
}

it("lets through a short list and says of all else that there is no such call", () => {
  for (const machine of machines) {
    const seen = Array.from({ length: 2_000 }, (_, number) => judge(machine, { number }));
    expect(seen.filter((verdict) => verdict === "allow").length).toBeLessThan(90);
    expect(seen.slice(470).every((verdict) => verdict === "ENOSYS")).toBe(true);
  }
  const absent = {
    kill: [62, 129],
    memfd_create: [319, 279],
    execveat: [322, 281],
    sendmsg: [46, 211],
    recvmsg: [47, 212],
    setsockopt: [54, 208],
    splice: [275, 76],
    unlinkat: [263, 35],
    renameat2: [316, 276],
    symlinkat: [266, 36],
    mkdirat: [258, 34],
    fchmodat: [268, 53],
    setuid: [105, 146],
    capset: [126, 91],
    seccomp: [317, 277],
    process_madvise: [440, 440],
    pidfd_open: [434, 434],
    io_uring_setup: [425, 425],
    io_uring_enter: [426, 426],
    io_uring_register: [427, 427],
    name_to_handle_at: [303, 264],
    mincore: [27, 232],
    sysinfo: [99, 179],
    clone3: [435, 435],
  };
  for (const [name, [x64 = -1, arm64 = -1]] of Object.entries(absent)) {
    expect([name, judgeBoth(x64, arm64)]).toEqual([name, "ENOSYS"]);
  }
  for (const legacy of [2, 57, 58, 82, 83, 87])
    expect(judge("x64", { number: legacy })).toBe("ENOSYS");
});

it("ends who tries what no engine does", () => {
  const fatal = {
    ptrace: [101, 117],
    process_vm_readv: [310, 270],
    process_vm_writev: [311, 271],
    bpf: [321, 280],
    perf_event_open: [298, 241],
    userfaultfd: [323, 282],
    keyctl: [250, 219],
    mount: [165, 40],
    pivot_root: [155, 41],
    unshare: [272, 97],
    setns: [308, 268],
    open_by_handle_at: [304, 265],
    finit_module: [313, 273],
    kexec_load: [246, 104],
    pidfd_getfd: [438, 438],
  };
  for (const [name, [x64 = -1, arm64 = -1]] of Object.entries(fatal)) {
    expect([name, judgeBoth(x64, arm64)]).toEqual([name, "kill"]);
  }
});

it("ends who speaks as another machine, and knows no x32", () => {
  expect(judge("x64", { number: 0, audit: 0x40000003 })).toBe("kill");
  expect(judge("arm64", { number: 63, audit: 0x40000028 })).toBe("kill");
  expect(judge("x64", { number: 0x40000000 })).toBe("ENOSYS");
});

const thread = 0x3d0f00;
const stream = 1;
const closeOnExec = 0o2000000;
const above32Bits = 1n << 32n;

it.each([
  ["a thread", [56, 220], [thread], "allow"],
  ["a process", [56, 220], [17], "EPERM"],
  ["a process that shares memory", [56, 220], [0x4100 + 17], "EPERM"],
  ["a thread in a user namespace", [56, 220], [thread + 0x10000000], "EPERM"],
  ["a thread in a time namespace", [56, 220], [thread + 0x80], "EPERM"],
  ["a Unix stream", [41, 198], [1, stream + closeOnExec], "allow"],
  ["a Unix datagram socket", [41, 198], [1, 2], "EAFNOSUPPORT"],
  ["a Unix packet socket", [41, 198], [1, 5], "EAFNOSUPPORT"],
  ["IPv4", [41, 198], [2, stream], "EAFNOSUPPORT"],
  ["IPv6", [41, 198], [10, stream], "EAFNOSUPPORT"],
  ["netlink", [41, 198], [16, 3], "EAFNOSUPPORT"],
  ["vsock", [41, 198], [40, stream], "EAFNOSUPPORT"],
  ["a pair of streams", [53, 199], [1, stream], "allow"],
  ["a pair of another family", [53, 199], [2, stream], "EAFNOSUPPORT"],
  ["sending", [44, 206], [3, 0, 0, 0x4000], "allow"],
  ["sending out of band", [44, 206], [3, 0, 0, 0x4001], "EPERM"],
  ["receiving", [45, 207], [3, 0, 0, 0], "allow"],
  ["receiving out of band", [45, 207], [3, 0, 0, 1], "EPERM"],
  ["opening to read", [257, 56], [-100, 0, closeOnExec], "allow"],
  ["opening to write", [257, 56], [-100, 0, 1], "EROFS"],
  ["opening to read and write", [257, 56], [-100, 0, 2], "EROFS"],
  ["creating a file", [257, 56], [-100, 0, 0o100], "EROFS"],
  ["creating a file without a name", [257, 56], [-100, 0, 0o20200000], "EROFS"],
  ["asking whether it is a terminal", [16, 29], [0, 0x5401], "allow"],
  ["typing into a terminal", [16, 29], [0, 0x5412], "ENOTTY"],
  ["the same with high bits set", [16, 29], [0, above32Bits + 0x5412n], "ENOTTY"],
  ["duplicating a descriptor", [72, 25], [3, 1030], "allow"],
  ["having a signal sent", [72, 25], [3, 8], "EINVAL"],
  ["naming a thread", [157, 167], [15], "allow"],
  ["becoming dumpable", [157, 167], [4, 1], "EINVAL"],
  ["a filter of its own", [157, 167], [22], "EINVAL"],
  ["letting another trace it", [157, 167], [0x59616d61], "EINVAL"],
  ["reading its limits", [302, 261], [0, 3, 0], "allow"],
  ["setting its limits", [302, 261], [0, 4, 4096], "EPERM"],
  ["setting them by a high address", [302, 261], [0, 4, above32Bits], "EPERM"],
  ["reading another's limits", [302, 261], [1, 3, 0], "EPERM"],
  ["giving memory back", [28, 233], [0, 0, 4], "allow"],
  ["merging equal pages with others", [28, 233], [0, 0, 12], "EINVAL"],
  ["evicting shared pages", [28, 233], [0, 0, 21], "EINVAL"],
  ["waiting on a futex", [202, 98], [0, 0x189], "allow"],
  ["a futex with priority inheritance", [202, 98], [0, 0x86], "ENOSYS"],
  ["requeueing a futex", [202, 98], [0, 0x84], "ENOSYS"],
  ["a barrier of its own threads", [324, 283], [8], "allow"],
  ["a barrier of the whole host", [324, 283], [1], "EINVAL"],
  ["a pipe, which is for splicing", [293, 59], [0, 0], "ENFILE"],
] as const)("judges %s", (_name, [x64, arm64], args, verdict) => {
  expect(judgeBoth(x64, arm64, ...args)).toBe(verdict);
});

it("lets a thread of the older machine have its base register, and no more", () => {
  expect(judge("x64", { number: 158, args: [0x1002n] })).toBe("allow");
  expect(judge("x64", { number: 158, args: [0x1023n] })).toBe("EINVAL");
});

it("is written for two machines", () => {
  expect(buildSeccompFilter("s390x")).toBeUndefined();
});
