/** Which user of this host the server becomes when root starts it. */
import { execFileSync } from "node:child_process";
import { BerthError } from "@berth/protocol";

export interface ServerUser {
  /** As it was asked for. */
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The account that is taken when none is named. */
export const defaultAccount = "berth";

/** Linux's largest id that is not "none". */
const maxId = 4_294_967_294;

/** `NAME`, `UID` or `UID:GID`; a number need not have an account. @throws BerthError OPTION_INVALID */
export function parseServerUser(text: string): ServerUser {
  const numbers = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text);
  const uid = numbers === null ? findAccount(text)?.uid : Number(numbers[1]);
  const gid = numbers === null ? findAccount(text)?.gid : Number(numbers[2] ?? numbers[1]);
  if (uid === undefined || gid === undefined) {
    throw invalid(`--user is ${JSON.stringify(text)}; there is no such account on this host.`);
  }
  if (uid < 1 || gid < 1 || uid > maxId || gid > maxId) {
    throw invalid(
      `--user is ${JSON.stringify(text)}, which is user ${uid}, group ${gid}; expected one without root's rights, such as ${defaultAccount} or 990.`,
    );
  }
  return { name: text, uid, gid };
}

export function findDefaultUser(): ServerUser | undefined {
  const found = findAccount(defaultAccount);
  return found && { name: defaultAccount, ...found };
}

/** Whether a start with these options ends as another user than root, which starts it. */
export function givesUpRoot({ user }: { readonly user: ServerUser | undefined }): boolean {
  return process.getuid?.() === 0 && (user ?? findDefaultUser()) !== undefined;
}

/** By the host's own tool, which knows directories too. */
function findAccount(name: string): { uid: number; gid: number } | undefined {
  if (!/^[a-z_][a-z0-9_.-]{0,31}$/i.test(name)) return undefined;
  try {
    const [uid, gid] = ["-u", "-g"].map((flag) =>
      Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] })),
    );
    return uid === undefined || gid === undefined ? undefined : { uid, gid };
  } catch {
    // No such account, or no such tool: the answer is none.
    return undefined;
  }
}

function invalid(message: string): BerthError {
  return new BerthError("OPTION_INVALID", message, { details: { option: "user" } });
}
