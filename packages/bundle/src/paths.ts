/**
 * Which paths a package may hold.
 *
 * Invariant: any set of paths that passes here can be written below a folder of any common
 * file system (Linux, macOS, Windows) without leaving the folder, without one file taking
 * another's place, and without a name changing on the way.
 * Trust: every path is hostile, also in messages, so `quotePath` shows it escaped and cut.
 */
import { BerthError } from "@berth/protocol";
import type { PackageLimits } from "./limits.ts";

const maxShownChars = 120;
/** Control, format (bidirectional overrides, zero-width), private-use and line-breaking characters. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\uFFFD]/u;
const notOnWindows = /[<>:"|?*]/;
const windowsDevice =
  /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])[ ]*(?:\.|$)/i;

/** A hostile path as a short, printable literal. */
export function quotePath(path: string): string {
  const cut = path.length > maxShownChars ? `${path.slice(0, maxShownChars)}…` : path;
  const escaped = (char: string) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  return JSON.stringify(cut).replaceAll(new RegExp(unseen, "gu"), escaped);
}

function faultOfSegment(segment: string): string | undefined {
  if (segment === "") return "has an empty segment";
  if (segment === "." || segment === "..") return `has the segment ${segment}`;
  if (/[. ]$/.test(segment)) return "has a segment that ends in a dot or a space";
  if (windowsDevice.test(segment)) return "has a segment that is a device name on Windows";
  return undefined;
}

function faultOfPath(path: string): string | undefined {
  if (path === "") return "is empty";
  if (path.startsWith("/")) return "is absolute";
  if (path.includes("\\")) return "has a backslash; separate segments by /";
  if (!path.isWellFormed() || unseen.test(path)) {
    return "has a control, invisible or undecodable character";
  }
  if (notOnWindows.test(path)) return 'has one of < > : " | ? *, which Windows does not allow';
  if (path.normalize("NFC") !== path) return "is not in Unicode normal form NFC; rename the file";
  for (const segment of path.split("/")) {
    const fault = faultOfSegment(segment);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

export function refuseEntry(path: string, fault: string): BerthError {
  return new BerthError(
    "PACKAGE_ENTRY_REFUSED",
    `The package's entry ${quotePath(path)} ${fault}.`,
    {
      details: { entry: path.slice(0, maxShownChars) },
    },
  );
}

/** @throws PACKAGE_ENTRY_REFUSED naming the path and the rule that it breaks */
export function checkPath(path: string, limits: PackageLimits): void {
  const bytes = Buffer.byteLength(path);
  if (bytes > limits.maxPathBytes) {
    const fault = `is ${bytes} bytes long; at most ${limits.maxPathBytes} are allowed (maxPathBytes)`;
    throw refuseEntry(path, fault);
  }
  const fault = faultOfPath(path);
  if (fault !== undefined) throw refuseEntry(path, fault);
}

/** Byte order of the UTF-8 form; the order of UTF-16 units differs beyond U+FFFF. */
export function comparePaths(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Upper before lower, so that letters with several lower-case forms (ß, ſ, ς) meet. */
function fold(path: string): string {
  return path.toUpperCase().toLowerCase().normalize("NFC");
}

/** The paths of one package, each admitted once. */
export interface PathSet {
  /** @throws PACKAGE_ENTRY_REFUSED when the path is not allowed, or not beside those before it */
  add(path: string): void;
}

export function createPathSet(limits: PackageLimits): PathSet {
  const seen = new Map<string, { readonly spelling: string; readonly isFolder: boolean }>();

  function claim(path: string, spelling: string, isFolder: boolean): void {
    const folded = fold(spelling);
    const other = seen.get(folded);
    if (other === undefined) {
      seen.set(folded, { spelling, isFolder });
      return;
    }
    if (other.spelling !== spelling) {
      throw refuseEntry(path, `differs from ${quotePath(other.spelling)} only by case`);
    }
    if (other.isFolder !== isFolder) {
      throw refuseEntry(path, `needs ${quotePath(spelling)} to be both a file and a folder`);
    }
    if (!isFolder) throw refuseEntry(path, "appears twice");
  }

  return {
    add(path) {
      checkPath(path, limits);
      for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
        claim(path, path.slice(0, at), true);
      }
      claim(path, path, false);
    },
  };
}
