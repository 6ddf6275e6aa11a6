/**
 * The catalog's elements on the worker's small DOM. Properties set on them go to the host as
 * Remote DOM records; events come back by node id, because no function crosses.
 */
import "./dom.ts";
import {
  remoteId,
  updateRemoteElementEventListener,
  updateRemoteElementProperty,
} from "@remote-dom/core/elements";
import { type ElementDefinition, elementsTable, tagOf } from "./elements-table.ts";

// One worker is one view, and elements are made by `document.createElement`, which passes nothing
// on: this is the worker's state, not a library's.
const nodes = new Map<string, WeakRef<CatalogElement>>();
const forgotten = new FinalizationRegistry<string>((id) => nodes.delete(id));

export class CatalogElement extends HTMLElement {
  /** Given by `registerElements` to each element's own class. */
  static readonly definition: ElementDefinition = { props: [], events: [] };

  readonly #values = new Map<string, unknown>();
  readonly #listeners = new Map<string, number>();

  constructor() {
    super();
    const id = remoteId(this);
    nodes.set(id, new WeakRef(this));
    forgotten.register(this, id);
  }

  getProp(name: string): unknown {
    return this.#values.get(name);
  }

  setProp(name: string, value: unknown): void {
    this.#values.set(name, value);
    updateRemoteElementProperty(this, name, value);
  }

  /** All properties at once; those that were given before and are not now are taken away. */
  set catalogProps(props: Readonly<Record<string, unknown>>) {
    for (const [name, value] of this.#values)
      if (!Object.hasOwn(props, name) && value !== undefined) this.setProp(name, undefined);
    for (const [name, value] of Object.entries(props))
      if (this.#values.get(name) !== value) this.setProp(name, value);
  }

  /** Event names count without case: frameworks write `onRowPress` in their own ways. */
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    if (listener === null) return;
    super.addEventListener(type.toLowerCase(), listener, options);
    const event = this.#eventNamed(type);
    if (event === undefined) return;
    const count = (this.#listeners.get(event) ?? 0) + 1;
    this.#listeners.set(event, count);
    if (count === 1) updateRemoteElementEventListener(this, event, noListener);
  }

  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    if (listener === null) return;
    super.removeEventListener(type.toLowerCase(), listener, options);
    const event = this.#eventNamed(type);
    const count = event === undefined ? undefined : this.#listeners.get(event);
    if (event === undefined || count === undefined) return;
    if (count > 1) {
      this.#listeners.set(event, count - 1);
      return;
    }
    this.#listeners.delete(event);
    updateRemoteElementEventListener(this, event);
  }

  #eventNamed(type: string): string | undefined {
    const wanted = type.toLowerCase();
    const { definition } = this.constructor as typeof CatalogElement;
    return definition.events.find((event) => event.toLowerCase() === wanted);
  }
}

/** Stands for the app's listener, which stays here; the host learns only that there is one. */
function noListener(): void {}

/** Defines `berth-button` and the others. Idempotent. */
export function registerElements(): void {
  for (const [name, definition] of Object.entries(elementsTable)) {
    const tag = tagOf(name);
    if (customElements.get(tag) !== undefined) continue;
    const element = class extends CatalogElement {
      static override readonly definition = definition;
    };
    for (const prop of definition.props) {
      Object.defineProperty(element.prototype, prop, {
        get(this: CatalogElement) {
          return this.getProp(prop);
        },
        set(this: CatalogElement, value: unknown) {
          this.setProp(prop, value);
        },
        enumerable: true,
        configurable: true,
      });
    }
    customElements.define(tag, element);
  }
}

/** The element that a node id means; undefined when it is gone. */
export function findElement(id: string): CatalogElement | undefined {
  return nodes.get(id)?.deref();
}
