import type { ClientRequest } from "node:http";
import type { Readable } from "node:stream";

export interface UploadOptions {
  readonly body: Readable;
  readonly outgoing: ClientRequest;
  /** What the caller declared; undefined when it did not. */
  readonly declaredBytes: number | undefined;
  onProgress(): void;
  onFail(error: Error): void;
}

/**
 * Copies a request's body into a cell, holding to its declared length.
 *
 * More bytes than declared would be read by the cell as another request.
 *
 * @returns detaches from both streams; for when the answer is complete before the upload is
 */
export function pumpUpload({
  body,
  outgoing,
  declaredBytes,
  onProgress,
  onFail,
}: UploadOptions): () => void {
  let sent = 0;
  const onData = (chunk: Buffer) => {
    sent += chunk.length;
    if (declaredBytes !== undefined && sent > declaredBytes) {
      finish();
      onFail(new Error(`the body is longer than its declared ${declaredBytes} bytes`));
      return;
    }
    onProgress();
    if (!outgoing.write(chunk)) body.pause();
  };
  const onDrain = () => {
    onProgress();
    body.resume();
  };
  const onEnd = () => {
    finish();
    if (declaredBytes !== undefined && sent < declaredBytes) {
      onFail(new Error(`the body is shorter than its declared ${declaredBytes} bytes`));
    } else outgoing.end();
  };
  const onError = (error: Error) => {
    finish();
    onFail(error);
  };
  const onClose = () => {
    finish();
    if (!body.readableEnded) onFail(new Error("the body was cut off"));
  };
  function finish(): void {
    body.off("data", onData).off("end", onEnd).off("error", onError).off("close", onClose);
    outgoing.off("drain", onDrain);
  }
  outgoing.on("drain", onDrain);
  body.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose);
  return () => {
    finish();
    body.pause();
  };
}
