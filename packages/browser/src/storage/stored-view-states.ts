/** The views' own state in the page's storage: sealed, one scope for each app of each instance. */
import { BerthError, isBerthError } from "@berth/protocol";
import type { ViewStateStore } from "../runtime/view-state-store.ts";
import type { StorageArea } from "./storage-area.ts";

export interface StoredViewStatesOptions {
  readonly area: (scope: string) => StorageArea;
  readonly remove: (scope: string) => Promise<void>;
  readonly report: (error: BerthError) => void;
}

const key = "state";

export function createStoredViewStates(options: StoredViewStatesOptions): ViewStateStore {
  const { remove, report } = options;
  // One for each scope, so that saves of one view run in their order.
  const areas = new Map<string, StorageArea>();
  const areaOf = (instance: string, app: string): StorageArea => {
    const scope = scopeOf(instance, app);
    const area = areas.get(scope) ?? options.area(scope);
    areas.set(scope, area);
    return area;
  };
  return {
    async load(instance, app) {
      try {
        return (await areaOf(instance, app).get(key))?.value;
      } catch (error) {
        // A view without its last state is better than none.
        report(asBerthError(error));
        return undefined;
      }
    },
    async save(instance, state, app) {
      await areaOf(instance, app).put(key, state);
    },
    async delete(instance, app) {
      const scope = scopeOf(instance, app);
      areas.delete(scope);
      await remove(scope);
    },
  };
}

/** JSON, so that no pair of names reads as another pair. */
function scopeOf(instance: string, app: string): string {
  return `view:${JSON.stringify([instance, app])}`;
}

function asBerthError(error: unknown): BerthError {
  if (isBerthError(error)) return error;
  return new BerthError("UNAVAILABLE", "The view's last state could not be read.", {
    cause: error,
  });
}
