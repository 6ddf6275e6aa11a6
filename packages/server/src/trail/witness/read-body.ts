/** Reads the body of an add-checkpoint request. Trust: anybody sends it, however long and however slowly. */
import { maxAddCheckpointBytes } from "@berth/audit";
import { BerthError } from "@berth/protocol";

/** The whole of it, not a pause: a request of 72 KiB has no reason to trickle. */
const timeoutMs = 10_000;

/** @throws REQUEST_TOO_LARGE, REQUEST_TIMEOUT, REQUEST_INVALID */
export async function readWitnessBody(
  request: Request,
  limits: { readonly timeoutMs?: number } = {},
): Promise<string> {
  const tooLarge = () =>
    new BerthError(
      "REQUEST_TOO_LARGE",
      `An add-checkpoint request has at most ${maxAddCheckpointBytes} bytes.`,
      { details: { maxBytes: maxAddCheckpointBytes } },
    );
  if (Number(request.headers.get("content-length") ?? 0) > maxAddCheckpointBytes) throw tooLarge();
  const reader = request.body?.getReader();
  if (reader === undefined) return "";
  const late = Promise.withResolvers<never>();
  // Read below, or never: then its rejection is nobody's.
  late.promise.catch(() => undefined);
  const seconds = (limits.timeoutMs ?? timeoutMs) / 1000;
  const timer = setTimeout(
    () =>
      late.reject(
        new BerthError("REQUEST_TIMEOUT", `The body took over ${seconds} s; send it at once.`),
      ),
    seconds * 1000,
  );
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late.promise]);
      if (done) break;
      bytes += value.byteLength;
      if (bytes > maxAddCheckpointBytes) throw tooLarge();
      chunks.push(value);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    // Nobody reads the rest; that the sender is gone meanwhile changes nothing.
    reader.cancel().catch(() => undefined);
    if (error instanceof TypeError) {
      throw new BerthError("REQUEST_INVALID", "The body is not UTF-8.", { cause: error });
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
