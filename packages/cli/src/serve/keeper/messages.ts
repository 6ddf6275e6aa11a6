/**
 * What a keeper and the server processes that it starts say to each other.
 *
 * The two may be of different releases: a keeper lives on while its servers are replaced. A message is
 * therefore never changed, and one that is not known is passed over.
 */
import { parseWireError, toWire, type WireError } from "@berth/protocol";

/** From a server to its keeper. */
export type ServerMessage =
  /** It serves; or, of a successor, it could. */
  | { readonly type: "ready" }
  /** Of a successor: it serves now. */
  | { readonly type: "open" }
  /** It takes no connection any longer. */
  | { readonly type: "retired" }
  | { readonly type: "busy"; readonly installations: readonly string[] }
  /** It ends, because of this. */
  | { readonly type: "failed"; readonly error: WireError };

export const keeperWords = [
  "close",
  /** That it serves is known to all who may ask. */
  "noted",
  "tell-busy",
  "retire",
  "take-over",
  "settle",
] as const;

/** From the keeper to a server. */
export interface KeeperMessage {
  readonly type: (typeof keeperWords)[number];
}

/** What a server is started with, beside its command line. */
export interface KeptPlace {
  /** The descriptor of the bound socket, as this process has it. */
  readonly fd: number;
  readonly port: number;
  /** Of a successor: whose code to load beforehand. */
  readonly warm: readonly string[] | null;
}

const maxWarm = 64;

export function parseServerMessage(value: unknown): ServerMessage | undefined {
  const { type, installations, error } = (value ?? {}) as Record<string, unknown>;
  if (type === "ready" || type === "open" || type === "retired") return { type };
  if (type === "busy") return { type, installations: textsOf(installations) };
  if (type === "failed") return { type, error: toWire(parseWireError(error)) };
  return undefined;
}

export function parseKeeperMessage(value: unknown): KeeperMessage | undefined {
  const { type } = (value ?? {}) as Record<string, unknown>;
  const word = keeperWords.find((known) => known === type);
  return word === undefined ? undefined : { type: word };
}

/** Undefined when a keeper gave none. */
export function parseKeptPlace(text: string | undefined): KeptPlace | undefined {
  if (text === undefined) return undefined;
  const { fd, port, warm } = JSON.parse(text) as Record<string, unknown>;
  return { fd: Number(fd), port: Number(port), warm: Array.isArray(warm) ? textsOf(warm) : null };
}

function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((each): each is string => typeof each === "string").slice(0, maxWarm);
}
