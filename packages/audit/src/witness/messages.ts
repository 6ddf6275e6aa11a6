/** C2SP tlog-witness, the body of add-checkpoint: the old size, a consistency proof, an empty line, a checkpoint. */
import { findBase64, toBase64 } from "../note/base64.ts";
import { treeHashBytes } from "../tree/hashes.ts";
import { isTreeSize } from "../tree/nodes.ts";

export interface AddCheckpointRequest {
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  /** The signed note. */
  readonly note: string;
}

export const maxProofHashes = 63;
/** A checkpoint of 64 KiB and the longest proof. */
export const maxAddCheckpointBytes = 73_728;
export const sizeContentType = "text/x.tlog.size";

export function formatAddCheckpoint({ note, oldSize, proof }: AddCheckpointRequest): string {
  const lines = [`old ${oldSize}`, ...proof.map(toBase64)];
  return `${lines.join("\n")}\n\n${note}`;
}

/** The decimal form of a size without leading zeroes. */
export function findSize(text: string): number | undefined {
  const size = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : -1;
  return isTreeSize(size) ? size : undefined;
}

/** Undefined when it is malformed. The note itself is not looked into. */
export function findAddCheckpoint(body: string): AddCheckpointRequest | undefined {
  const end = body.indexOf("\n\n");
  if (end < 0) return undefined;
  const [first = "", ...hashes] = body.slice(0, end).split("\n");
  const oldSize = first.startsWith("old ") ? findSize(first.slice(4)) : undefined;
  if (oldSize === undefined || hashes.length > maxProofHashes) return undefined;
  const proof = hashes
    .map(findBase64)
    .filter((hash) => hash !== undefined && hash.byteLength === treeHashBytes)
    .flatMap((hash) => hash ?? []);
  return proof.length === hashes.length ? { oldSize, proof, note: body.slice(end + 2) } : undefined;
}
