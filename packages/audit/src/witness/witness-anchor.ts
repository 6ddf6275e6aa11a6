/**
 * The log's side of C2SP tlog-witness: an anchor that is somebody else's server.
 *
 * Trust: the witness's answer is hostile until its cosignature verifies with the key that we were given.
 */
import { BerthError } from "@berth/protocol";
import type { Anchor, AnchorReceipt, KeptCheckpoint } from "../anchor/anchor.ts";
import { formatSignature, parseSignatureLines, verifyNote } from "../note/signed-note.ts";
import { asType, type VerifierKey } from "../note/verifier-key.ts";
import { findSize, formatAddCheckpoint, sizeContentType } from "./messages.ts";

/** The part of `fetch` that is used. */
export type WitnessFetch = (
  url: string,
  init: {
    readonly method: "POST";
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly redirect: "error";
    readonly signal: AbortSignal;
  },
) => Promise<Pick<Response, "status" | "headers" | "body">>;

export interface WitnessAnchorOptions {
  /** The submission prefix: `/add-checkpoint` is added. */
  readonly url: string;
  readonly witnessKey: VerifierKey;
  readonly fetch: WitnessFetch;
  /** A consistency proof of the log. */
  readonly prove: (fromSize: number, toSize: number) => Promise<readonly Uint8Array[]>;
  /** How many entries the log has now: a witness that knows more than that is an alarm. */
  readonly logSize: () => Promise<number>;
  /** Default 10,000. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 10_000;
const maxAnswerBytes = 65_536;
/** The size that it has, then once more when another checkpoint of ours got there first. */
const maxAttempts = 3;

interface Answer {
  readonly status: number;
  readonly isSize: boolean;
  readonly text: string;
}

async function readBounded(body: Response["body"]): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxAnswerBytes) throw new Error(`it answers more than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

export function openWitnessAnchor(options: WitnessAnchorOptions): Anchor {
  const { fetch, prove } = options;
  const key = asType(options.witnessKey, "cosignature");
  const place = `${options.url.replace(/\/+$/, "")}/add-checkpoint`;
  /** What it said it has, to begin with the next time; it alone decides. */
  let lastSize = 0;

  const failed = (what: string, cause?: unknown, details?: { readonly keptSize: number }) =>
    new BerthError("AUDIT_ANCHOR_FAILED", `The witness ${key.name} at ${place} ${what}.`, {
      cause,
      ...(details === undefined ? {} : { details }),
    });
  const conflict = (what: string) =>
    new BerthError(
      "AUDIT_ANCHOR_CONFLICT",
      `The witness ${key.name} at ${place} ${what}. One of the two histories is false: keep both and find out.`,
      { details: { place } },
    );

  async function ask(checkpoint: KeptCheckpoint, signal?: AbortSignal): Promise<Answer> {
    const oldSize = Math.min(lastSize, checkpoint.size);
    const proof = await prove(oldSize, checkpoint.size);
    const timeout = AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs);
    try {
      const response = await fetch(place, {
        method: "POST",
        headers: { "content-type": "text/plain; charset=utf-8" },
        body: formatAddCheckpoint({ oldSize, proof, note: checkpoint.text }),
        redirect: "error",
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      const text = await readBounded(response.body);
      const type = response.headers.get("content-type")?.split(";")[0]?.trim();
      return { status: response.status, isSize: type === sizeContentType, text };
    } catch (cause) {
      signal?.throwIfAborted();
      throw failed(`cannot be asked: ${cause instanceof Error ? cause.message : "unknown"}`, cause);
    }
  }

  /** Another of our servers may have been quicker with a larger checkpoint. */
  async function explainLarger(known: number, { origin, size }: KeptCheckpoint): Promise<never> {
    const logSize = await options.logSize();
    if (known > logSize) {
      throw conflict(`has cosigned ${known} entries of ${origin}, but the log has ${logSize}`);
    }
    lastSize = known;
    throw failed(
      `has cosigned ${known} entries of ${origin} already, more than these ${size}`,
      undefined,
      { keptSize: known },
    );
  }

  function readCosignature(checkpoint: KeptCheckpoint, text: string): AnchorReceipt {
    const signatures = parseSignatureLines(text);
    const own = signatures.filter(({ keyId, name }) => keyId === key.keyId && name === key.name);
    const { verified } = verifyNote({ ...checkpoint.note, signatures: own }, [key]);
    // One, whatever it answers: a note that held all would soon be too long for any reader.
    const [first] = own;
    const timeSeconds = verified[0]?.timeSeconds;
    if (first === undefined || timeSeconds === undefined || verified.length < own.length) {
      throw failed("answered without a cosignature of its key; is it the right key?");
    }
    return { kind: "witness", place, timeSeconds, cosignatures: [formatSignature(first)] };
  }

  return {
    kind: "witness",
    place,
    async keep(checkpoint, signal) {
      const { origin, size } = checkpoint;
      for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
        const asked = Math.min(lastSize, size);
        const { isSize, status, text } = await ask(checkpoint, signal);
        if (status === 200) {
          const receipt = readCosignature(checkpoint, text);
          lastSize = size;
          return receipt;
        }
        const known = status === 409 && isSize ? findSize(text.trim()) : undefined;
        const isSameSizeRefused = status === 409 && asked === size && (known ?? size) === size;
        if (status === 422 || isSameSizeRefused) {
          throw conflict(`refuses ${origin} at ${size} entries: it saw another history of the log`);
        }
        if (known === undefined) {
          throw failed(`answered ${status} for ${origin}; does it serve this log with this key?`);
        }
        if (known > size) await explainLarger(known, checkpoint);
        lastSize = known;
      }
      throw failed(`moved on ${maxAttempts} times while it was asked about ${origin}`);
    },
  };
}
