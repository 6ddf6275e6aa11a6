/**
 * The filters that directories use to find what they made: one attribute `eq` one value (RFC 7644,
 * section 3.4.2.2). Anything else is refused as a filter, which the protocol allows.
 *
 * Trust: the value goes to the database as a parameter; the attribute only chooses among ours.
 */
import { scimInvalid } from "../../http/scim-answer.ts";

export interface EqualFilter<Attribute extends string> {
  readonly attribute: Attribute;
  readonly value: string;
}

const form = /^\s*([A-Za-z][A-Za-z0-9.:_-]{0,100})\s+eq\s+("(?:[^"\\]|\\.)*")\s*$/i;

/** @throws REQUEST_INVALID, `invalidFilter` */
export function parseFilter<Attribute extends string>(
  text: string | undefined,
  attributes: readonly Attribute[],
): EqualFilter<Attribute> | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const [, name = "", quoted = ""] = form.exec(text) ?? [];
  const plain = name.replace(/^urn:ietf:params:scim:schemas:core:2\.0:(?:User|Group):/i, "");
  const attribute = attributes.find((known) => known.toLowerCase() === plain.toLowerCase());
  const value = attribute === undefined ? undefined : parseText(quoted);
  if (attribute !== undefined && value !== undefined) return { attribute, value };
  throw scimInvalid(
    "invalidFilter",
    `The filter ${JSON.stringify(text.slice(0, 100))} is not understood; expected one of ${attributes.join(", ")}, then eq and a value in double quotes.`,
  );
}

function parseText(quoted: string): string | undefined {
  try {
    const value: unknown = JSON.parse(quoted);
    return typeof value === "string" && value.isWellFormed() && !value.includes("\0")
      ? value
      : undefined;
  } catch {
    // Not a JSON text, so no value: the caller says what was expected.
    return undefined;
  }
}

export interface Page {
  /** One-based. */
  readonly startIndex: number;
  readonly count: number;
}

const maxPage = 200;
const defaultPage = 100;

/** What is out of range is brought into it, as RFC 7644, section 3.4.2.4 says. */
export function pageOf(query: {
  readonly startIndex?: number | undefined;
  readonly count?: number | undefined;
}): Page {
  const { startIndex = 1, count = defaultPage } = query;
  return {
    startIndex: Math.min(Math.max(1, startIndex), 1_000_000),
    count: Math.min(Math.max(0, count), maxPage),
  };
}

export function listOf(page: Page, totalResults: number, resources: readonly unknown[]): object {
  return {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    totalResults,
    startIndex: page.startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}
