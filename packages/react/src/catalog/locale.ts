/** What a language tag says of how text runs; unknown tags are English. */

/** Scripts that are written from the right; browsers do not all know it by themselves. */
const rightToLeft = new Set(["Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg"]);

/** @param locale - by `knownLocale` */
export function directionOf(locale: string): "ltr" | "rtl" {
  const { script = "" } = new Intl.Locale(locale).maximize();
  return rightToLeft.has(script) ? "rtl" : "ltr";
}

export function knownLocale(locale: string | undefined): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? "en";
  } catch {
    // A malformed tag would make every formatter throw.
    return "en";
  }
}
