import { describe, expect, it } from "vitest";
import { chooseLanguage } from "../../src/app/i18n.ts";

describe("the language", () => {
  it("is the one chosen by hand, whatever the browser wants", () => {
    expect(chooseLanguage("pt-BR", ["en-US"])).toBe("pt-BR");
  });

  it.each([
    [["pt-PT", "en"], "pt-BR"],
    [["de-DE", "pt-BR"], "pt-BR"],
    [["en-GB", "pt-BR"], "en"],
    [["ja"], "en"],
    [[], "en"],
  ])("is for a browser that wants %j: %s", (wanted, language) => {
    expect(chooseLanguage(null, wanted)).toBe(language);
  });

  it("is not taken from storage when that holds something else", () => {
    expect(chooseLanguage("<script>", ["pt"])).toBe("pt-BR");
  });
});
