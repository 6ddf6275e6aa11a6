/**
 * Network addresses and ranges of them (CIDR: RFC 4632 for IPv4, RFC 4291 section 2.3 for IPv6).
 *
 * Only servers load this: the evaluator is told by its facts whether an address lies in a range, and
 * a page does not know its own. An IPv4 address within IPv6 (`::ffff:192.0.2.1`) is that IPv4 address.
 * Invariant: what cannot be read lies in no range, and holds nothing.
 */

/** Eight groups of 16 bits; an IPv4 address lies below `::ffff:0:0/96`. */
type Groups = readonly number[];

const v4Bits = 96;
const v4Prefix: Groups = Object.freeze([0, 0, 0, 0, 0, 0xffff]);

function groupsOfV4(text: string): Groups | undefined {
  const parts = text.split(".");
  // A leading zero is octal to some readers.
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part)))
    return undefined;
  const bytes = parts.map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return bytes.every((byte) => byte <= 255) ? [a * 256 + b, c * 256 + d] : undefined;
}

/** The groups of one side of `::`. */
function groupsOfPart(text: string): Groups | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes(".")) {
      const v4 = groupsOfV4(part);
      if (v4 === undefined) return undefined;
      groups.push(...v4);
    } else if (/^[\da-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function parseAddress(text: string): Groups | undefined {
  if (!text.includes(":")) {
    const v4 = groupsOfV4(text);
    return v4 && [...v4Prefix, ...v4];
  }
  const sides = text.split("::");
  const [left, right] = sides.map(groupsOfPart);
  if (left === undefined || sides.length > 2) return undefined;
  if (sides.length === 1) return left.length === 8 ? left : undefined;
  if (right === undefined || left.length + right.length > 7) return undefined;
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function parseRange(text: string): { groups: Groups; bits: number } | undefined {
  const [address = "", length = "", ...rest] = text.split("/");
  const groups = parseAddress(address);
  if (groups === undefined || rest.length > 0 || !/^(?:0|[1-9]\d{0,2})$/.test(length))
    return undefined;
  const isV4 = !address.includes(":");
  const bits = Number(length) + (isV4 ? v4Bits : 0);
  return bits <= 128 ? { groups, bits } : undefined;
}

/** Whether the first `bits` of both are the same. */
function sharesPrefix(one: Groups, other: Groups, bits: number): boolean {
  return one.every((group, index) => {
    const compared = Math.min(16, Math.max(0, bits - index * 16));
    return group >> (16 - compared) === (other[index] ?? 0) >> (16 - compared);
  });
}

/** True for such as `192.0.2.0/24` or `2001:db8::/32`. */
export function isAddressRange(text: string): boolean {
  return parseRange(text) !== undefined;
}

/** Whether an address, IPv4 or IPv6 as text, lies within a range. */
export function isInAddressRange(address: string, range: string): boolean {
  // A zone says by which of the machine's own links it came, and belongs to no range.
  const given = parseAddress(address.split("%", 1)[0] ?? "");
  const wanted = parseRange(range);
  if (given === undefined || wanted === undefined) return false;
  return sharesPrefix(given, wanted.groups, wanted.bits);
}

/** Whether all of one range lies within another. */
export function isWithinAddressRange(inner: string, outer: string): boolean {
  const given = parseRange(inner);
  const wanted = parseRange(outer);
  if (given === undefined || wanted === undefined || given.bits < wanted.bits) return false;
  return sharesPrefix(given.groups, wanted.groups, wanted.bits);
}
