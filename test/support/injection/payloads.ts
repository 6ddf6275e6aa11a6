/**
 * What an attacker types where a text is asked for. Each holds a mark that occurs nowhere else, by
 * which it is found again in statements, in answers and in rows.
 *
 * SQL's own words are in capitals: what the database or Kysely says of a failure is in small letters,
 * so that the one is not taken for the other in an answer.
 */

export interface Payload {
  readonly name: string;
  /**
   * @param mark - stands in what it returns
   * @param base - what an honest caller sends there; empty when that is no text
   * @returns undefined where it would be the same as another
   */
  make(mark: string, base: string): string | undefined;
}

const longChars = 12_000;
const always = "' OR 1=1 --";
const quotedPart = /"[^"]*"/;

export const payloads: readonly Payload[] = [
  {
    name: "quote, union, stacked statements, another role",
    make: (mark) =>
      `${mark}') OR ('1'='1' UNION SELECT NULL; DROP TABLE member; CREATE TABLE ${mark} (a int); COMMIT; RESET ROLE; SELECT SET_CONFIG('berth.organization','x',false) --`,
  },
  {
    name: "after an honest value, by time and by error",
    make: (mark, base) =>
      `${base}' OR '${mark}'<>'' OR PG_SLEEP(60) IS NULL OR CAST(VERSION() AS int)=1 -- `,
  },
  {
    name: "backslash, dollar quotes, placeholders, identifier, order, JSON path, array",
    make: (mark) =>
      `${mark}\\' OR 1=1; --\\ $1 $2 :a ?? $q$ E'\\x27'" DESC NULLS FIRST, (SELECT 1/0) --','$.* ? (@ <> "")'::jsonpath,{NULL}`,
  },
  {
    name: "pattern, quotes of other alphabets",
    make: (mark) =>
      `%_${mark}\\%* \u02bc OR \uff071\uff07=\uff071 \u2019 \u2032 \u00b4 \ufe63\ufe63`,
  },
  {
    name: "within the quotes of an honest value",
    make: (mark, base) =>
      quotedPart.test(base)
        ? base.replace(quotedPart, () => JSON.stringify(`${mark}' OR '1'='1`))
        : undefined,
  },
  {
    name: "as an address",
    make: (mark, base) => (base.includes("@") ? `${mark}'or'1'--@x.example` : undefined),
  },
  { name: "very long", make: (mark) => `${mark}${always.repeat(longChars / always.length)}` },
];

/** For what takes no signs, such as slugs and ids. Two dashes begin a comment. */
export const plainPayload: Payload = { name: "letters and dashes", make: (mark) => `${mark}--1` };

/** What no text of the database can hold; refused before anything is asked. */
export const unstorable: readonly Payload[] = [
  { name: "NUL", make: (mark) => `${mark}\u0000${always}` },
  { name: "half a character", make: (mark) => `${mark}\ud800${always}` },
];

/** Marks are small letters and digits, so that no escaping changes them. */
export const markPattern = /zqi[0-9]+x/g;

export function createMarks(prefix = "zqi"): () => string {
  let last = 0;
  return () => `${prefix}${++last}x`;
}
