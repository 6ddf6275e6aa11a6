/** No field reaches a handler that its route does not name: what is sent beside is dropped or refused. */
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { RouteDefinition } from "../../src/api/route.ts";
import { apiRoutes } from "../../src/api/routes.ts";

/** Fields whose names are the app's or the organization's own, or that are parsed by their own grammar. */
const open = ["config", "secrets", "conditions", "response"];

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly type?: string;
}

/** Paths of objects that let any field through. */
function findOpen(schema: Schema, path: string): string[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const items = typeof schema.items === "object" ? [schema.items] : [];
  const isClosed = schema.type !== "object" || schema.additionalProperties === false;
  return [
    ...(isClosed ? [] : [path]),
    ...inner.flatMap((each) => findOpen(each, path)),
    ...items.flatMap((each) => findOpen(each, `${path}[]`)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) =>
      findOpen(each, `${path}.${name}`),
    ),
  ];
}

const bodies = Object.entries<RouteDefinition>(apiRoutes).flatMap(([name, { body }]) =>
  body === undefined ? [] : [[name, body] as const],
);

describe("a body", () => {
  it.each(bodies)("of %s passes on only what it names", (_name, body) => {
    // What a handler is given: unknown fields are gone where `additionalProperties` is false.
    const schema = z.toJSONSchema(body, { io: "output", unrepresentable: "any" }) as Schema;
    const found = findOpen(schema, "body");
    expect(found.filter((path) => !open.includes(path.split(".").at(-1) ?? ""))).toEqual([]);
  });

  it("that lets anything through would be found", () => {
    const loose = z.object({ a: z.array(z.looseObject({ b: z.string() })) });
    const schema = z.toJSONSchema(loose, { io: "output" }) as Schema;
    expect(findOpen(schema, "body")).toEqual(["body.a[]"]);
  });
});
