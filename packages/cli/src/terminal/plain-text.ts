/**
 * Makes texts of others harmless before they are put between our own words.
 *
 * Trust: apps, publishers and servers wrote them. Invariant: what comes out holds no control
 * character, no escape sequence and no direction mark, so it cannot colour, hide, move or reorder
 * what is around it; a line stays one line.
 */

// A sequence that sets a string is dropped with the string. No part of one may begin another, so
// every character is looked at a fixed number of times.
const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0000-\u001f\u0080-\u009f]*(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]{0,4}[0-~]/g;
const lineEnds = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;
const unseen = /[\p{Cc}\p{Bidi_Control}]/gu;

/** One line: line ends and tabs become blanks, all else that is unseen is dropped. */
export function plainLine(text: string): string {
  return text
    .replace(sequences, "")
    .replace(lineEnds, " ")
    .replaceAll("\t", " ")
    .replace(unseen, "");
}

/** Its lines, each plain; all but the first begin with `indent`, so none passes for ours. */
export function plainBlock(text: string, indent: string): string {
  return text
    .replace(sequences, "")
    .split(lineEnds)
    .map((line, index) => (index === 0 ? plainLine(line) : indent + plainLine(line)))
    .join("\n");
}

const unseenInJson = /[\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/gu;

/** JSON of the same value whose text holds nothing that steers a terminal. */
export function formatJson(value: unknown, indent = 0): string {
  return (JSON.stringify(value, null, indent) ?? "null").replace(
    unseenInJson,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
