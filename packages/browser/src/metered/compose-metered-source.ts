/**
 * Puts together what the worker of a metered app runs: our script with the engine in it, and the
 * app's module as a text. The engine weighs half a megabyte, and comes when the first such app does.
 */
import type { ParsedManifest } from "@berth/protocol";

export interface MeteredLimits {
  readonly maxHeapBytes: number;
  readonly turnInstructions: number;
  readonly totalInstructions: number;
  readonly maxMessageBytes: number;
  readonly blockedAPIs: readonly string[];
}

/** What the worker finds as `__berthApp`. */
export interface MeteredApp {
  readonly code: string;
  readonly limits: MeteredLimits;
}

const bytesPerMb = 1_048_576;
/** What the wire adds to a text. */
const envelopeBytes = 4_096;

export async function composeMeteredSource(
  code: string,
  manifest: ParsedManifest,
  maxMessageBytes: number,
): Promise<string> {
  const { meteredWorkerSource } = await import("#generated/metered-worker");
  const unlimited = Number.MAX_SAFE_INTEGER;
  const { turnInstructions = unlimited, totalInstructions = unlimited } = manifest.runtime ?? {};
  const limits: MeteredLimits = {
    maxHeapBytes: manifest.resources.memory * bytesPerMb,
    turnInstructions,
    totalInstructions,
    blockedAPIs: manifest.security.blockedAPIs,
    maxMessageBytes: maxMessageBytes - envelopeBytes,
  };
  const app: MeteredApp = { code, limits };
  return [
    '"use strict";',
    `globalThis.__berthApp = ${JSON.stringify(app)};`,
    meteredWorkerSource,
  ].join("\n");
}
