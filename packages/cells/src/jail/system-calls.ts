/**
 * The system calls of a cell: what is let through, with which arguments, and what nobody tries by
 * accident.
 *
 * The list is what the engine was seen to call over all tests, and what its parts (V8, kj, the
 * allocator, the C library) call more rarely. Not on it, among others: whatever makes or changes a
 * file, passes descriptors over a socket, signals or looks at another process.
 * Numbers: linux/arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h.
 */

import type { ArgumentCheck } from "./filter-program.ts";

/** Undefined where the machine has no such call. */
export interface CallNumbers {
  readonly x64: number | undefined;
  readonly arm64: number | undefined;
}

export interface CheckedCall extends CallNumbers {
  readonly checks: readonly ArgumentCheck[];
  /** When a check does not hold. */
  readonly errno: number;
}

export const errnos = Object.freeze({
  EPERM: 1,
  EINVAL: 22,
  ENFILE: 23,
  ENOTTY: 25,
  EROFS: 30,
  ENOSYS: 38,
  EAFNOSUPPORT: 97,
});

function on(x64: number | undefined, arm64: number | undefined): CallNumbers {
  return { x64, arm64 };
}

const everywhere = (number: number) => on(number, number);

export const allowedCalls: Readonly<Record<string, CallNumbers>> = Object.freeze({
  read: on(0, 63),
  write: on(1, 64),
  readv: on(19, 65),
  writev: on(20, 66),
  pread64: on(17, 67),
  lseek: on(8, 62),
  close: on(3, 57),
  stat: on(4, undefined),
  fstat: on(5, 80),
  lstat: on(6, undefined),
  newfstatat: on(262, 79),
  access: on(21, undefined),
  faccessat: on(269, 48),
  readlink: on(89, undefined),
  readlinkat: on(267, 78),

  poll: on(7, undefined),
  ppoll: on(271, 73),
  epoll_create1: on(291, 20),
  epoll_ctl: on(233, 21),
  epoll_wait: on(232, undefined),
  epoll_pwait: on(281, 22),
  eventfd2: on(290, 19),

  // Just-in-time compilation needs pages that are written and then run.
  mmap: on(9, 222),
  munmap: on(11, 215),
  mremap: on(25, 216),
  mprotect: on(10, 226),
  brk: on(12, 214),
  pkey_alloc: on(330, 289),
  pkey_free: on(331, 290),
  pkey_mprotect: on(329, 288),

  rt_sigaction: on(13, 134),
  rt_sigprocmask: on(14, 135),
  rt_sigreturn: on(15, 139),
  sigaltstack: on(131, 132),
  restart_syscall: on(219, 128),
  // For abort(); a signal does not leave the jail's process namespace.
  tgkill: on(234, 131),

  clock_gettime: on(228, 113),
  clock_getres: on(229, 114),
  clock_nanosleep: on(230, 115),
  nanosleep: on(35, 101),
  gettimeofday: on(96, 169),
  time: on(201, undefined),

  getpid: on(39, 172),
  getppid: on(110, 173),
  gettid: on(186, 178),
  getuid: on(102, 174),
  geteuid: on(107, 175),
  getgid: on(104, 176),
  getegid: on(108, 177),
  uname: on(63, 160),
  getrandom: on(318, 278),

  sched_yield: on(24, 124),
  sched_getaffinity: on(204, 123),
  sched_getparam: on(143, 121),
  sched_getscheduler: on(145, 120),
  getcpu: on(309, 168),
  set_tid_address: on(218, 96),
  set_robust_list: on(273, 99),
  rseq: on(334, 293),

  bind: on(49, 200),
  listen: on(50, 201),
  accept4: on(288, 242),
  connect: on(42, 203),
  shutdown: on(48, 210),
  getsockname: on(51, 204),
  getpeername: on(52, 205),

  exit: on(60, 93),
  exit_group: on(231, 94),
  // For the jail's first process, which waits for the engine.
  wait4: on(61, 260),
  // The jail itself needs it after the filter is loaded; nothing can be made there that could be run.
  execve: on(59, 221),
});

const cloneThreadFlags = Object.freeze({
  /** VM, SIGHAND, THREAD: a thread, and no process. */
  needed: 0x00000100 | 0x00000800 | 0x00010000,
  /** FS, FILES, SYSVSEM, SETTLS, PARENT_SETTID, CHILD_CLEARTID, DETACHED. */
  permitted:
    0x00000200 | 0x00000400 | 0x00040000 | 0x00080000 | 0x00100000 | 0x00200000 | 0x00400000,
});

const socketTypeFlags = 0o2000000 | 0o4000;
const unixStream: readonly ArgumentCheck[] = [
  { argument: 0, oneOf: [1] },
  { argument: 1, oneOf: [1], ignoring: socketTypeFlags },
];
const message = Object.freeze({ peek: 0x2, dontWait: 0x40, waitAll: 0x100, noSignal: 0x4000 });
/** Writing, creating, truncating, appending, making a file without a name. */
const openToWrite = 0o3 | 0o100 | 0o1000 | 0o2000 | 0o20000000;
const futexFlags = 0x180;

/** The ones that are called most come first: these are judged anew at each call. */
export const checkedCalls: Readonly<Record<string, CheckedCall>> = Object.freeze({
  // WAIT, WAKE, WAIT_BITSET, WAKE_BITSET; no priority inheritance, no requeueing.
  futex: {
    ...on(202, 98),
    checks: [{ argument: 1, oneOf: [9, 1, 0, 10], ignoring: futexFlags }],
    errno: errnos.ENOSYS,
  },
  recvfrom: {
    ...on(45, 207),
    checks: [{ argument: 3, within: message.peek | message.dontWait | message.waitAll }],
    errno: errnos.EPERM,
  },
  sendto: {
    ...on(44, 206),
    checks: [{ argument: 3, within: message.dontWait | message.noSignal }],
    errno: errnos.EPERM,
  },
  // From NORMAL to DONTNEED, FREE, REMOVE, (NO)HUGEPAGE, DONTDUMP, DODUMP, WIPEONFORK, POPULATE,
  // DONTNEED_LOCKED; not MERGEABLE and PAGEOUT, which tell of what other processes hold.
  madvise: {
    ...on(28, 233),
    checks: [{ argument: 2, oneOf: [4, 17, 16, 0, 1, 2, 3, 8, 9, 14, 15, 18, 22, 23, 24] }],
    errno: errnos.EINVAL,
  },
  openat: {
    ...on(257, 56),
    checks: [{ argument: 2, within: ~openToWrite }],
    errno: errnos.EROFS,
  },
  // A new connection to out.sock for each request.
  socket: { ...on(41, 198), checks: unixStream, errno: errnos.EAFNOSUPPORT },
  socketpair: { ...on(53, 199), checks: unixStream, errno: errnos.EAFNOSUPPORT },
  // Of the socket itself: TYPE, ERROR, PEERCRED, ACCEPTCONN, PROTOCOL, DOMAIN.
  getsockopt: {
    ...on(55, 209),
    checks: [
      { argument: 1, oneOf: [1] },
      { argument: 2, oneOf: [4, 17, 3, 30, 38, 39] },
    ],
    errno: errnos.EPERM,
  },
  // DUPFD, GETFD, SETFD, GETFL, SETFL, DUPFD_CLOEXEC.
  fcntl: {
    ...on(72, 25),
    checks: [{ argument: 1, oneOf: [1030, 0, 1, 2, 3, 4] }],
    errno: errnos.EINVAL,
  },
  // TCGETS (is it a terminal?), FIONBIO, FIONREAD, FIONCLEX, FIOCLEX.
  ioctl: {
    ...on(16, 29),
    checks: [{ argument: 1, oneOf: [0x5401, 0x5421, 0x541b, 0x5450, 0x5451] }],
    errno: errnos.ENOTTY,
  },
  // SET_NAME, GET_NAME, SET_VMA.
  prctl: {
    ...on(157, 167),
    checks: [{ argument: 0, oneOf: [0x53564d41, 15, 16] }],
    errno: errnos.EINVAL,
  },
  clone: {
    ...on(56, 220),
    checks: [
      { argument: 0, with: cloneThreadFlags.needed },
      { argument: 0, within: cloneThreadFlags.needed | cloneThreadFlags.permitted },
    ],
    errno: errnos.EPERM,
  },
  // To read its own limits, not to set them, nor another's.
  prlimit64: {
    ...on(302, 261),
    checks: [
      { argument: 0, oneOf: [0] },
      { argument: 2, isNull: true },
    ],
    errno: errnos.EPERM,
  },
  // QUERY and all that concerns this process alone.
  membarrier: {
    ...on(324, 283),
    checks: [{ argument: 0, oneOf: [8, 0, 16, 32, 64, 128, 256] }],
    errno: errnos.EINVAL,
  },
  // SET_FS, with which each thread begins.
  arch_prctl: {
    ...on(158, undefined),
    checks: [{ argument: 0, oneOf: [0x1002] }],
    errno: errnos.EINVAL,
  },
});

/** Refused with an error that the engine knows a way around. */
export const refusedCalls: Readonly<Record<string, CallNumbers & { readonly errno: number }>> =
  Object.freeze({
    // With "too many files" kj copies from socket to socket by itself instead of splicing pages.
    pipe2: { ...on(293, 59), errno: errnos.ENFILE },
    // The C library falls back to clone, whose flags can be seen.
    clone3: { ...everywhere(435), errno: errnos.ENOSYS },
  });

/** No part of the engine has a use for these: whoever tries is an attacker, and the cell ends. */
export const fatalCalls: Readonly<Record<string, CallNumbers>> = Object.freeze({
  ptrace: on(101, 117),
  process_vm_readv: on(310, 270),
  process_vm_writev: on(311, 271),
  kcmp: on(312, 272),
  pidfd_getfd: everywhere(438),
  bpf: on(321, 280),
  perf_event_open: on(298, 241),
  userfaultfd: on(323, 282),
  add_key: on(248, 217),
  request_key: on(249, 218),
  keyctl: on(250, 219),
  open_by_handle_at: on(304, 265),
  mount: on(165, 40),
  umount2: on(166, 39),
  pivot_root: on(155, 41),
  chroot: on(161, 51),
  open_tree: everywhere(428),
  move_mount: everywhere(429),
  fsopen: everywhere(430),
  fsconfig: everywhere(431),
  fsmount: everywhere(432),
  fspick: everywhere(433),
  mount_setattr: everywhere(442),
  unshare: on(272, 97),
  setns: on(308, 268),
  init_module: on(175, 105),
  finit_module: on(313, 273),
  delete_module: on(176, 106),
  kexec_load: on(246, 104),
  kexec_file_load: on(320, 294),
  reboot: on(169, 142),
  swapon: on(167, 224),
  swapoff: on(168, 225),
  acct: on(163, 89),
  iopl: on(172, undefined),
  ioperm: on(173, undefined),
  modify_ldt: on(154, undefined),
});
