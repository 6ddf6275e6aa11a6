/**
 * One batch of records applied to a draft of the tree: all of it, or none.
 *
 * Owns nothing after `commit`. Invariant: a draft that has thrown is thrown away, so that the
 * tree never holds half a batch or anything the catalog does not allow.
 */
import { BerthError, catalog, findCatalogName, type ViewLimits } from "@berth/protocol";
import { checkComplete, checkProp, weigh } from "./check-props.ts";
import { type ElementNode, type RootNode, rootId, type ViewNode } from "./nodes.ts";
import { type MutationRecord, readNode, refuse, shown } from "./read-record.ts";

export interface TreeTotals {
  readonly nodes: number;
  readonly textBytes: number;
  readonly propsBytes: number;
}

/** A node with what the host alone knows of it. */
export interface Placed {
  readonly node: ViewNode;
  /** Undefined only for the root. */
  readonly parent: string | undefined;
  readonly depth: number;
  readonly weight: number;
}

export class Draft {
  readonly #base: ReadonlyMap<string, Placed>;
  readonly #limits: ViewLimits;
  readonly #changed = new Map<string, Placed | undefined>();
  readonly #incomplete = new Set<string>();
  #totals: TreeTotals;
  /** Records and inserted nodes so far: what the mutation rate counts. */
  mutations = 0;

  constructor(base: ReadonlyMap<string, Placed>, totals: TreeTotals, limits: ViewLimits) {
    this.#base = base;
    this.#totals = totals;
    this.#limits = limits;
  }

  /** @throws BerthError VIEW_MESSAGE_REFUSED, VIEW_LIMIT_EXCEEDED */
  apply(record: MutationRecord): void {
    this.mutations += 1;
    switch (record.kind) {
      case "insert":
        this.#insert(record.parent, record.child, record.index);
        break;
      case "remove":
        this.#remove(record.parent, record.index);
        break;
      case "text":
        this.#setText(record.id, record.text);
        break;
      case "prop":
        this.#setProp(record.id, record.name, record.value);
        break;
      case "event":
        this.#setEvent(record.id, record.name, record.isOn);
        break;
    }
  }

  /** What changed; undefined stands for a node that is gone. @throws BerthError */
  commit(): { changed: ReadonlyMap<string, Placed | undefined>; totals: TreeTotals } {
    for (const id of this.#incomplete) {
      const node = this.#find(id)?.node;
      if (node?.kind === "element") checkComplete(node.name, node.props);
    }
    return { changed: this.#changed, totals: this.#totals };
  }

  #find(id: string): Placed | undefined {
    return this.#changed.has(id) ? this.#changed.get(id) : this.#base.get(id);
  }

  #element(id: string): Placed & { readonly node: ElementNode } {
    const placed = this.#find(id);
    if (placed?.node.kind !== "element") throw refuse(`there is no element ${shown(id)}`);
    return { ...placed, node: placed.node };
  }

  #parent(id: string): Placed & { readonly node: ElementNode | RootNode } {
    const placed = this.#find(id);
    const node = placed?.node;
    if (placed === undefined || (node?.kind !== "element" && node?.kind !== "root"))
      throw refuse(`there is no parent ${shown(id)}`);
    return { ...placed, node };
  }

  #insert(parentId: string, child: unknown, index: number): void {
    const parent = this.#parent(parentId);
    const { children } = parent.node;
    if (index > children.length)
      throw refuse(`a child at ${index} of ${shown(parentId)}, which has ${children.length}`);
    const id = this.#place(child, parent.node, parent.depth + 1);
    this.#setChildren(parent, children.toSpliced(index, 0, id));
  }

  #place(value: unknown, parent: ElementNode | RootNode, depth: number): string {
    this.mutations += 1;
    if (depth > this.#limits.maxDepth) throw this.#exceeded("maxDepth", "is nested deeper than");
    const raw = readNode(value);
    if (this.#find(raw.id) !== undefined) throw refuse(`a second node ${shown(raw.id)}`);
    if (raw.type !== "comment") checkChild(parent, raw.type);
    this.#add({ nodes: 1 });
    if (raw.type === "comment") {
      this.#put({ node: { kind: "comment", id: raw.id }, parent: parent.id, depth, weight: 0 });
      return raw.id;
    }
    if (raw.type === "text") {
      const node = { kind: "text", id: raw.id, text: raw.text } as const;
      this.#add({ textBytes: raw.text.length });
      this.#put({ node, parent: parent.id, depth, weight: raw.text.length });
      return raw.id;
    }
    const name = findCatalogName(raw.element);
    if (name === undefined) throw refuse(`the element ${shown(raw.element)} is not in the catalog`);
    const props: Record<string, unknown> = {};
    for (const [prop, given] of Object.entries(raw.properties)) {
      const { isPresent, value: checked } = checkProp(name, prop, given);
      if (isPresent) props[prop] = checked;
    }
    const weight = weigh(props);
    this.#add({ propsBytes: weight });
    const events = raw.events.map((event) => checkEvent(name, event));
    const node: ElementNode = { kind: "element", id: raw.id, name, props, events, children: [] };
    const placed: Placed = { node, parent: parent.id, depth, weight };
    this.#put(placed);
    this.#incomplete.add(raw.id);
    const children = raw.children.map((inner) => this.#place(inner, node, depth + 1));
    if (children.length > 0) this.#put({ ...placed, node: { ...node, children } });
    return raw.id;
  }

  #remove(parentId: string, index: number): void {
    const parent = this.#parent(parentId);
    const id = parent.node.children[index];
    if (id === undefined) throw refuse(`no child at ${index} of ${shown(parentId)} to remove`);
    this.#drop(id);
    this.#setChildren(parent, parent.node.children.toSpliced(index, 1));
  }

  #drop(id: string): void {
    const placed = this.#find(id);
    if (placed === undefined) return;
    const { node, weight } = placed;
    if (node.kind === "element") for (const child of node.children) this.#drop(child);
    this.#add({
      nodes: -1,
      textBytes: node.kind === "text" ? -weight : 0,
      propsBytes: node.kind === "element" ? -weight : 0,
    });
    this.#changed.set(id, undefined);
    this.#incomplete.delete(id);
  }

  #setText(id: string, text: string): void {
    const placed = this.#find(id);
    if (placed?.node.kind === "comment") return;
    if (placed?.node.kind !== "text") throw refuse(`there is no text ${shown(id)}`);
    this.#add({ textBytes: text.length - placed.weight });
    this.#put({ ...placed, node: { kind: "text", id, text }, weight: text.length });
  }

  #setProp(id: string, prop: string, value: unknown): void {
    const placed = this.#element(id);
    const { [prop]: _, ...others } = placed.node.props;
    const checked = checkProp(placed.node.name, prop, value);
    const props = checked.isPresent ? { ...others, [prop]: checked.value } : others;
    const weight = weigh(props);
    this.#add({ propsBytes: weight - placed.weight });
    this.#put({ ...placed, node: { ...placed.node, props }, weight });
    this.#incomplete.add(id);
  }

  #setEvent(id: string, name: string, isOn: boolean): void {
    const placed = this.#element(id);
    const event = checkEvent(placed.node.name, name);
    const others = placed.node.events.filter((each) => each !== event);
    this.#put({ ...placed, node: { ...placed.node, events: isOn ? [...others, event] : others } });
  }

  #setChildren(
    parent: Placed & { readonly node: ElementNode | RootNode },
    children: readonly string[],
  ): void {
    const { node } = parent;
    this.#put({
      ...parent,
      node: node.kind === "root" ? { ...node, children } : { ...node, children },
    });
  }

  #put(placed: Placed): void {
    this.#changed.set(placed.node.id, placed);
  }

  #add(by: Partial<TreeTotals>): void {
    this.#totals = {
      nodes: this.#totals.nodes + (by.nodes ?? 0),
      textBytes: this.#totals.textBytes + (by.textBytes ?? 0),
      propsBytes: this.#totals.propsBytes + (by.propsBytes ?? 0),
    };
    if (this.#totals.nodes > this.#limits.maxNodes)
      throw this.#exceeded("maxNodes", "draws more nodes than");
    if (this.#totals.textBytes > this.#limits.maxTextBytes)
      throw this.#exceeded("maxTextBytes", "holds more bytes of text than");
    if (this.#totals.propsBytes > this.#limits.maxPropsBytes)
      throw this.#exceeded("maxPropsBytes", "holds more bytes of properties than");
  }

  #exceeded(limit: keyof ViewLimits, what: string): BerthError {
    return new BerthError("VIEW_LIMIT_EXCEEDED", `The view ${what} ${this.#limits[limit]}.`, {
      details: { limit },
    });
  }
}

function checkChild(parent: ElementNode | RootNode, type: "text" | "element"): void {
  if (parent.kind === "root" || parent.id === rootId) return;
  const allowed = catalog[parent.name].children;
  if (allowed === "any" || (allowed === "text" && type === "text")) return;
  throw refuse(
    allowed === "none"
      ? `${parent.name} takes no children`
      : `${parent.name} takes text only, not elements`,
  );
}

function checkEvent(name: ElementNode["name"], event: string): ElementNode["events"][number] {
  const known = catalog[name].events as readonly string[];
  if (!known.includes(event)) throw refuse(`${name} has no event ${shown(event)}`);
  return event as ElementNode["events"][number];
}
