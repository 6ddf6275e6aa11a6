/**
 * Which addresses an app may reach: public unicast, and what the operator allowed by name.
 *
 * Invariant: an address that carries another one (IPv4-mapped, NAT64, 6to4, Teredo) is refused or
 * judged as the one it carries.
 */
import { BerthError } from "@berth/protocol";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

export interface AddressRules {
  /** True when the address, reached under this host name, may be connected to. */
  isAllowed(address: string, host: string): boolean;
}

const publicIpv6: Range = [ipaddr.parse("2000::"), 3];
/** Kept beside the library's own table of special ranges. */
const alsoRefused: readonly Range[] = [
  "0.0.0.0/8",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "240.0.0.0/4",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "3fff::/20",
].map((text) => ipaddr.parseCIDR(text));

/**
 * @param allowPrivate - each an address, a CIDR range, or a host name (all of its addresses)
 * @throws OPTION_INVALID
 */
export function createAddressRules(allowPrivate: readonly string[]): AddressRules {
  const ranges: Range[] = [];
  const hosts = new Set<string>();
  for (const entry of allowPrivate) {
    const range = parseRange(entry);
    if (range !== undefined) ranges.push(range);
    else if (/^[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?$/i.test(entry))
      hosts.add(entry.toLowerCase());
    else {
      throw new BerthError(
        "OPTION_INVALID",
        `egress.allowPrivate holds ${JSON.stringify(entry)}; expected an address, a range such as 10.1.0.0/16, or a host name.`,
        { details: { option: "egress.allowPrivate" } },
      );
    }
  }
  return {
    isAllowed(text, host) {
      if (!ipaddr.isValid(text)) return false;
      const address = ipaddr.process(text);
      return (
        isPublic(address) || hosts.has(host) || ranges.some((range) => isWithin(address, range))
      );
    },
  };
}

function parseRange(text: string): Range | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

function isPublic(address: Address): boolean {
  if (address.range() !== "unicast") return false;
  if (address.kind() === "ipv6" && !isWithin(address, publicIpv6)) return false;
  return !alsoRefused.some((range) => isWithin(address, range));
}

function isWithin(address: Address, [start, bits]: Range): boolean {
  return address.kind() === start.kind() && address.match(start as never, bits);
}
