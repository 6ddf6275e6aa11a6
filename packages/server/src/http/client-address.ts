/**
 * The address of the client, also behind proxies of the operator's own.
 *
 * Trust: anybody may send X-Forwarded-For. It is read from the right, and only as long as the one who
 * added the entry is a proxy that the operator named: the first address that is none of them is the
 * client's. What stands further left is what that client claims, and counts for nothing.
 */
import type { IncomingMessage } from "node:http";
import { BerthError } from "@berth/protocol";
import ipaddr from "ipaddr.js";

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

export type FindClientAddress = (peer: string, forwardedFor: string | undefined) => string;

const maxHops = 16;

function parseNetwork(text: string): Network {
  try {
    const cidr = text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`;
    return ipaddr.parseCIDR(cidr);
  } catch (cause) {
    throw new BerthError(
      "OPTION_INVALID",
      `trustedProxies holds ${JSON.stringify(text.slice(0, 80))}; expected an address or a network, such as 10.0.0.0/8.`,
      { details: { option: "trustedProxies" }, cause },
    );
  }
}

/** An entry may carry a port, as some proxies write it. */
function parseEntry(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const trimmed = text.trim();
  const plain =
    /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed)?.[1] ??
    /^(\d+\.\d+\.\d+\.\d+)(?::\d+)?$/.exec(trimmed)?.[1] ??
    trimmed;
  return ipaddr.isValid(plain) ? ipaddr.process(plain) : undefined;
}

/**
 * @param trustedProxies - addresses and networks in CIDR form; without any, the peer is the client
 * @throws OPTION_INVALID
 */
export function createFindClientAddress(trustedProxies: readonly string[]): FindClientAddress {
  const networks = trustedProxies.map(parseNetwork);
  const isTrusted = (address: ipaddr.IPv4 | ipaddr.IPv6) =>
    networks.some(
      ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
    );
  return (peer, forwardedFor) => {
    let client = parseEntry(peer);
    if (client === undefined) return peer;
    if (networks.length === 0 || forwardedFor === undefined) return client.toString();
    const entries = forwardedFor.split(",").slice(-maxHops).reverse();
    for (const entry of entries) {
      if (!isTrusted(client)) break;
      const next = parseEntry(entry);
      // What a trusted proxy cannot have written is nobody's address: the proxy itself is the last known.
      if (next === undefined) break;
      client = next;
    }
    return client.toString();
  };
}

/** Of a request; undefined when its connection is gone and nobody knows any more. */
export type AddressOfRequest = (
  request: Pick<IncomingMessage, "headers" | "socket">,
) => string | undefined;

/** The one way from a request to its client's address: for the API, for limits and for conditions. */
export function createAddressOfRequest(find: FindClientAddress): AddressOfRequest {
  return ({ headers, socket }) => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined) return undefined;
    const forwarded = headers["x-forwarded-for"];
    return find(remoteAddress, typeof forwarded === "string" ? forwarded : forwarded?.join(","));
  };
}
