/**
 * The body of an app's answer: bounded, and failing with a BerthError.
 *
 * Invariant: a connection is reused only after a body that ended well; otherwise it is destroyed.
 */

import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { BerthError } from "@berth/protocol";

export interface CellBodyOptions {
  readonly incoming: IncomingMessage;
  readonly maxBytes: number;
  /** What a broken connection means. */
  explain(error: Error): Promise<BerthError>;
  onTooLarge(): BerthError;
  onClose(error: Error | undefined): void;
}

export class CellBody extends Readable {
  readonly #options: CellBodyOptions;
  #length = 0;
  #failure: Error | undefined;

  constructor(options: CellBodyOptions) {
    super();
    this.#options = options;
    const { incoming } = options;
    incoming.on("data", (chunk: Buffer) => this.#take(chunk));
    incoming.on("end", () => this.push(null));
    incoming.on("error", (error) => this.#break(error));
    incoming.pause();
  }

  #take(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length > this.#options.maxBytes) this.destroy(this.#options.onTooLarge());
    else if (!this.push(chunk)) this.#options.incoming.pause();
  }

  #break(error: Error): void {
    if (this.destroyed) return;
    this.#options.explain(error).then(
      (explained) => this.destroy(explained),
      (unexplained: Error) => this.destroy(unexplained),
    );
  }

  override _read(): void {
    this.#options.incoming.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#failure = error ?? undefined;
    const { incoming } = this.#options;
    if (!incoming.complete || !this.readableEnded) incoming.destroy();
    this.#options.onClose(this.#failure);
    callback(error);
  }
}
