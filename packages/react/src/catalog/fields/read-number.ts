/** Numbers as people write them: in the locale's digits and separators, or nearly so. */

/** Twelve digits hide what binary fractions add; more would show 0.30000000000000004. */
const maxFractionDigits = 12;

export function writeNumber(value: number | null, locale: string): string {
  if (value === null) return "";
  return new Intl.NumberFormat(locale, { maximumFractionDigits: maxFractionDigits }).format(value);
}

/**
 * Null for an empty text; undefined for what is no number.
 *
 * A separator that cannot be grouping where it stands is taken for the decimal one, so "1.5"
 * is one and a half in Brazil too, while "1.500" is fifteen hundred there.
 */
export function readNumber(text: string, locale: string): number | null | undefined {
  const marks = separatorsOf(locale);
  const plain = [...text.normalize("NFKC")]
    .map((letter) => marks.digits.get(letter) ?? letter)
    .join("")
    // Spaces and apostrophes only ever group; marks of direction are not seen at all.
    .replaceAll(/[\s\p{Cf}'’_]/gu, "")
    .replaceAll("٫", ".")
    .replaceAll("٬", "")
    .replace(/^\u2212/, "-");
  if (plain === "") return null;
  if (!/^[+-]?[\d.,]*\d[\d.,]*$/.test(plain)) return undefined;
  const sign = plain.startsWith("-") ? "-" : "";
  const canonical = withPoint(plain.replace(/^[+-]/, ""), marks.decimal === "," ? "," : ".");
  const number = Number(`${sign}${canonical ?? "?"}`);
  return Number.isFinite(number) ? number : undefined;
}

function withPoint(digits: string, decimal: "." | ","): string | undefined {
  const group = decimal === "." ? "," : ".";
  const last = digits.lastIndexOf(decimal);
  const lastGroup = digits.lastIndexOf(group);
  if (last >= 0 && lastGroup >= 0) {
    const mark = last > lastGroup ? decimal : group;
    return digits.replaceAll(mark === "." ? "," : ".", "").replace(mark, ".");
  }
  if (lastGroup < 0) return digits.replace(decimal, ".");
  const isGrouping = digits
    .split(group)
    // India groups by two, but for the last three.
    .every((part, index, { length }) =>
      (index === 0 ? /^\d{1,3}$/ : index === length - 1 ? /^\d{3}$/ : /^\d{2,3}$/).test(part),
    );
  return isGrouping ? digits.replaceAll(group, "") : digits.replace(group, ".");
}

interface Separators {
  readonly decimal: string;
  readonly digits: ReadonlyMap<string, string>;
}

function separatorsOf(locale: string): Separators {
  const parts = new Intl.NumberFormat(locale).formatToParts(1.5);
  const digits = new Intl.NumberFormat(locale, { useGrouping: false });
  return {
    decimal: parts.find(({ type }) => type === "decimal")?.value ?? ".",
    digits: new Map(Array.from({ length: 10 }, (_, digit) => [digits.format(digit), `${digit}`])),
  };
}
