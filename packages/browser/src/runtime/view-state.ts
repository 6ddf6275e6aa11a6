/** The state that one view asked to keep, within its bound, and where it is kept. */
import { BerthError, type ParsedManifest } from "@berth/protocol";
import { appNameOf } from "../storage/scope-names.ts";
import type { AppSource } from "./app-source.ts";
import type { ViewStateStore } from "./view-state-store.ts";

export interface KeptViewStateOptions {
  readonly instance: string;
  readonly manifest: ParsedManifest;
  readonly source: Pick<AppSource, "viewState" | "storageScope">;
  readonly store: ViewStateStore;
}

export interface KeptViewState {
  /** The last one; null before the first. */
  readonly value: unknown;
  /** Of its JSON; 0 before the first. */
  readonly bytes: number;
  /** @throws BerthError REQUEST_TOO_LARGE, and as the store */
  save(state: unknown): Promise<void>;
}

const maxViewStateBytes = 262_144;

export function createKeptViewState(options: KeptViewStateOptions): KeptViewState {
  const { source, store } = options;
  const name = viewStateName(options.instance, source);
  const app = appNameOf(options.manifest);
  let value = source.viewState ?? null;
  let bytes = lengthOf(value);
  return {
    get value() {
      return value;
    },
    get bytes() {
      return bytes;
    },
    async save(state) {
      const length = lengthOf(state);
      if (length > maxViewStateBytes)
        throw new BerthError(
          "REQUEST_TOO_LARGE",
          `The view's state has ${length} bytes; at most ${maxViewStateBytes} are kept.`,
        );
      value = state ?? null;
      bytes = length;
      await store.save(name, value, app);
    },
  };
}

/** Under what a view's state is kept: an instance of a shared scope finds what another left. */
export function viewStateName(
  instance: string,
  { storageScope }: Pick<AppSource, "storageScope">,
): string {
  return storageScope ?? instance;
}

function lengthOf(state: unknown): number {
  return state === null || state === undefined ? 0 : JSON.stringify(state).length;
}
