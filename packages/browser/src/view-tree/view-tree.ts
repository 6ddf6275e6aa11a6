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

export interface ViewTreeOptions {
  readonly limits: ViewLimits;
  readonly clock: Clock;
  /** Asked when a dialog is about to cover the page; a refused one stays shut. Default: yes. */
  readonly mayOpenModal?: () => boolean;
  /** A dialog that the app holds open is shut here: it is told as if the reader had closed it. */
  readonly onModalShut?: (id: string) => void;
}

/** Checked before anything is read; the rate bounds what follows. */
const maxRecordsPerBatch = 20_000;

export class ViewTree {
  readonly #options: ViewTreeOptions;
  readonly #limits: ViewLimits;
  readonly #bucket: TokenBucket;
  readonly #nodes = new Map<string, Placed>();
  readonly #listeners = new Map<string, Set<() => void>>();
  #totals: TreeTotals = { nodes: 0, textBytes: 0, propsBytes: 0 };

  constructor(options: ViewTreeOptions) {
    this.#options = options;
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
    const shut: string[] = [];
    for (const [id, placed] of changed) {
      if (placed === undefined) this.#nodes.delete(id);
      else if (this.#opensModal(id, placed) && this.#options.mayOpenModal?.() === false) {
        this.#nodes.set(id, shutModal(placed));
        shut.push(id);
      } else this.#nodes.set(id, placed);
    }
    for (const id of changed.keys()) this.#notify(id);
    for (const id of shut) this.#options.onModalShut?.(id);
    return draft.mutations;
  }

  /** Shuts every dialog that is open: the app may no longer show any. */
  shutModals(): void {
    for (const [id, placed] of [...this.#nodes]) {
      if (!isOpenModal(placed)) continue;
      this.#nodes.set(id, shutModal(placed));
      this.#notify(id);
      this.#options.onModalShut?.(id);
    }
  }

  #opensModal(id: string, placed: Placed): boolean {
    return isOpenModal(placed) && !isOpenModal(this.#nodes.get(id));
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

function isOpenModal(placed: Placed | undefined): boolean {
  const node = placed?.node;
  return node?.kind === "element" && node.name === "Modal" && node.props.isOpen === true;
}

function shutModal(placed: Placed): Placed {
  const { node } = placed;
  if (node.kind !== "element") return placed;
  return { ...placed, node: { ...node, props: { ...node.props, isOpen: false } } };
}

function emptyRoot(): Placed {
  const node: RootNode = { kind: "root", id: rootId, children: [] };
  return { node, parent: undefined, depth: 0, weight: 0 };
}
