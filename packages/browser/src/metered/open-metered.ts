/** The metered engine's side of the page, in one chunk of its own: see runtime/load-metered.ts. */
import type { ParsedManifest } from "@berth/protocol";
import { composeMeteredSource } from "./compose-metered-source.ts";
import { type BeatReaderOptions, createBeatReader, type EngineFailure } from "./read-beat.ts";

/** What a view's worker takes to run in the engine. */
export interface MeteredRun {
  readonly workerSource: string;
  /** For one run. */
  readBeats(options: BeatReaderOptions): (data: unknown) => EngineFailure | undefined;
}

export async function openMetered(
  code: string,
  manifest: ParsedManifest,
  maxMessageBytes: number,
): Promise<MeteredRun> {
  return {
    workerSource: await composeMeteredSource(code, manifest, maxMessageBytes),
    readBeats: (options) => createBeatReader(options).read,
  };
}
