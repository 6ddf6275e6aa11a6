/**
 * What a view has drawn: a store of immutable nodes, each one subscribed to by itself, fed by
 * batches of Remote DOM records that are checked against the catalog.
 *
 * Trust: `apply` takes hostile JSON. A batch with one refused record changes nothing at all.
 */
import { BerthError, type ViewLimits } from "@berth/protocol";
import type { Clock } from "../clock.ts";
import { createTokenBucket, type TokenBucket } from "../sandbox/token-bucket.ts";
import { Draft, type Placed, type TreeTotals } from "./draft.ts";
import { type RootNode, rootId, type ViewNode } from "./nodes.ts";
import { readRecord, refuse } from "./read-record.ts";

/** Checked before anything is read; the rate bounds what follows. */
const maxRecordsPerBatch = 20_000;

export class ViewTree {
  readonly #limits: ViewLimits;
  readonly #bucket: TokenBucket;
  readonly #nodes = new Map<string, Placed>();
  readonly #listeners = new Map<string, Set<() => void>>();
  #totals: TreeTotals = { nodes: 0, textBytes: 0, propsBytes: 0 };

  constructor(options: { readonly limits: ViewLimits; readonly clock: Clock }) {
    this.#limits = options.limits;
    this.#bucket = createTokenBucket(options.limits.maxMutationsPerSecond, options.clock);
    this.#nodes.set(rootId, emptyRoot());
  }

  get totals(): TreeTotals {
    return this.#totals;
  }

  /**
   * Applies one batch, or none of it. Returns how many mutations it held.
   *
   * @throws BerthError VIEW_MESSAGE_REFUSED, VIEW_LIMIT_EXCEEDED; the view is to be ended
   */
  apply(records: unknown): number {
    if (!Array.isArray(records)) throw refuse("its mutations are not a list");
    if (records.length > maxRecordsPerBatch) throw this.#tooFast();
    const draft = new Draft(this.#nodes, this.#totals, this.#limits);
    for (const [position, record] of records.entries()) draft.apply(readRecord(record, position));
    if (!this.#bucket.take(draft.mutations)) throw this.#tooFast();
    const { changed, totals } = draft.commit();
    this.#totals = totals;
    for (const [id, placed] of changed) {
      if (placed === undefined) this.#nodes.delete(id);
      else this.#nodes.set(id, placed);
    }
    for (const id of changed.keys()) this.#notify(id);
    return draft.mutations;
  }

  /** The same object until the node changes; undefined once it is gone. */
  snapshot(id: string): ViewNode | undefined {
    return this.#nodes.get(id)?.node;
  }

  /** Calls back after each change of that node; returns the unsubscriber. */
  subscribe(id: string, listener: () => void): () => void {
    const set = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, set);
    set.add(listener);
    return () => {
      set.delete(listener);
      if (set.size === 0 && this.#listeners.get(id) === set) this.#listeners.delete(id);
    };
  }

  /** How many subscriptions there are: nothing may be left after a view is gone. */
  get listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  /** Forgets every node. */
  clear(): void {
    const ids = [...this.#nodes.keys()];
    this.#nodes.clear();
    this.#nodes.set(rootId, emptyRoot());
    this.#totals = { nodes: 0, textBytes: 0, propsBytes: 0 };
    for (const id of ids) this.#notify(id);
  }

  #notify(id: string): void {
    for (const listener of [...(this.#listeners.get(id) ?? [])]) listener();
  }

  #tooFast(): BerthError {
    return new BerthError(
      "VIEW_LIMIT_EXCEEDED",
      `The view sends more than ${this.#limits.maxMutationsPerSecond} mutations a second.`,
      { details: { limit: "maxMutationsPerSecond" } },
    );
  }
}

function emptyRoot(): Placed {
  const node: RootNode = { kind: "root", id: rootId, children: [] };
  return { node, parent: undefined, depth: 0, weight: 0 };
}
