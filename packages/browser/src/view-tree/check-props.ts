/** Holds a component's properties against the catalog's schema. */
import { type CatalogName, catalog } from "@berth/protocol";
import { type Fields, refuse, shown } from "./read-record.ts";

interface Schema {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: unknown }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly {
            readonly path: readonly PropertyKey[];
            readonly message: string;
          }[];
        };
      };
}

/** The schema of one property; undefined when the component has none of that name. */
export function findPropSchema(name: CatalogName, prop: string): Schema | undefined {
  const shape = catalog[name].props.shape as Readonly<Record<string, Schema>>;
  return Object.hasOwn(shape, prop) ? shape[prop] : undefined;
}

/**
 * One property's new value. Null takes an optional property away, unless null means something.
 *
 * @throws BerthError VIEW_MESSAGE_REFUSED
 */
export function checkProp(
  name: CatalogName,
  prop: string,
  value: unknown,
): { readonly isPresent: boolean; readonly value?: unknown } {
  const schema = findPropSchema(name, prop);
  if (schema === undefined) throw refuse(`${name} has no property ${shown(prop)}`);
  const result = schema.safeParse(value);
  if (result.success) return { isPresent: result.data !== undefined, value: result.data };
  if (value === null) return { isPresent: false };
  const [issue] = result.error.issues;
  const path = [prop, ...(issue?.path ?? [])].map(String).join(".");
  throw refuse(`${name} ${path}: ${issue?.message ?? "not allowed"}, in ${shown(value)}`);
}

/** @throws BerthError VIEW_MESSAGE_REFUSED for a required property that is absent */
export function checkComplete(name: CatalogName, props: Fields): void {
  for (const [prop, schema] of Object.entries(catalog[name].props.shape)) {
    if (Object.hasOwn(props, prop)) continue;
    if (!(schema as unknown as Schema).safeParse(undefined).success)
      throw refuse(`${name} lacks the property ${prop}`);
  }
}

/** A rough weight in bytes, for the tree's budget: text by its length, all else by a constant. */
export function weigh(value: unknown): number {
  if (typeof value === "string") return value.length + 8;
  if (typeof value !== "object" || value === null) return 8;
  let total = 16;
  for (const [key, inner] of Object.entries(value)) total += key.length + weigh(inner);
  return total;
}
