/**
 * Whose failures count together: an IPv4 address, or the /64 of an IPv6 one, which is the least that a
 * household is given.
 */
import ipaddr from "ipaddr.js";

const ipv6NetworkBits = 64;

export function networkOf(address: string | null): string {
  if (address === null || !ipaddr.isValid(address)) return "unknown";
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${ipv6NetworkBits}`).toString();
}
