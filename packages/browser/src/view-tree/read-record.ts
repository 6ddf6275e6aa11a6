/**
 * Reads one Remote DOM record out of hostile JSON. Shapes only: whether a node exists and what
 * the catalog says of it is draft.ts's business.
 */
import { BerthError } from "@berth/protocol";

export type Fields = Readonly<Record<string, unknown>>;

export type RawNode =
  | { readonly type: "text"; readonly id: string; readonly text: string }
  | { readonly type: "comment"; readonly id: string }
  | {
      readonly type: "element";
      readonly id: string;
      readonly element: string;
      readonly properties: Fields;
      readonly events: readonly string[];
      readonly children: readonly unknown[];
    };

export type MutationRecord =
  | {
      readonly kind: "insert";
      readonly parent: string;
      readonly child: unknown;
      readonly index: number;
    }
  | { readonly kind: "remove"; readonly parent: string; readonly index: number }
  | { readonly kind: "text"; readonly id: string; readonly text: string }
  | { readonly kind: "prop"; readonly id: string; readonly name: string; readonly value: unknown }
  | {
      readonly kind: "event";
      readonly id: string;
      readonly name: string;
      readonly isOn: boolean;
    };

const recordKinds = { insert: 0, remove: 1, text: 2, update: 3 } as const;
const updateKinds = { property: 1, attribute: 2, listener: 3 } as const;
const nodeKinds = { element: 1, text: 3, comment: 8 } as const;
const nodeId = /^[\w-]{1,32}$/;

/** @throws BerthError VIEW_MESSAGE_REFUSED */
export function readRecord(value: unknown, position: number): MutationRecord {
  if (!Array.isArray(value)) throw refuse(`record ${position} is not a list`);
  const [kind, id, first, second, third] = value as unknown[];
  if (typeof id !== "string" || (id !== "~" && !nodeId.test(id)))
    throw refuse(`record ${position} names the node ${shown(id)}`);
  switch (kind) {
    case recordKinds.insert:
      return { kind: "insert", parent: id, child: first, index: index(second, position) };
    case recordKinds.remove:
      return { kind: "remove", parent: id, index: index(first, position) };
    case recordKinds.text:
      if (typeof first !== "string") throw refuse(`record ${position} sets a text to no text`);
      return { kind: "text", id, text: first };
    case recordKinds.update: {
      if (typeof first !== "string") throw refuse(`record ${position} names no property`);
      if (third === updateKinds.listener)
        return { kind: "event", id, name: first, isOn: second === true };
      if (third === undefined || third === null || third === updateKinds.property)
        return { kind: "prop", id, name: first, value: second };
      throw refuse(`record ${position} sets the attribute ${shown(first)}; the catalog has none`);
    }
    default:
      throw refuse(`record ${position} is of the kind ${shown(kind)}`);
  }
}

/** @throws BerthError VIEW_MESSAGE_REFUSED */
export function readNode(value: unknown): RawNode {
  if (!isFields(value)) throw refuse("a node is not an object");
  const { id, type } = value;
  if (typeof id !== "string" || !nodeId.test(id)) throw refuse(`a node has the id ${shown(id)}`);
  if (type === nodeKinds.comment) return { type: "comment", id };
  if (type === nodeKinds.text) {
    if (typeof value.data !== "string") throw refuse(`the text ${id} has no text`);
    return { type: "text", id, text: value.data };
  }
  if (type !== nodeKinds.element) throw refuse(`the node ${id} is of the type ${shown(type)}`);
  const { element, properties = {}, eventListeners = {}, attributes = {}, children } = value;
  if (typeof element !== "string") throw refuse(`the node ${id} has no element name`);
  if (!isFields(properties) || !isFields(eventListeners) || !Array.isArray(children))
    throw refuse(`the element ${shown(element)} is not whole`);
  if (!isFields(attributes) || Object.keys(attributes).length > 0)
    throw refuse(`the element ${shown(element)} has attributes; the catalog has none`);
  const events = Object.keys(eventListeners).filter((name) => eventListeners[name] === true);
  return { type: "element", id, element, properties, events, children };
}

export function refuse(what: string): BerthError {
  return new BerthError("VIEW_MESSAGE_REFUSED", `The view drew something refused: ${what}.`);
}

export function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 80);
}

function index(value: unknown, position: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw refuse(`record ${position} has the index ${shown(value)}`);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
