/** Which language is spoken, and how it is chosen: by hand first, else by the browser. */
import { createInstance, type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "../i18n/en/index.ts";
import { ptBr } from "../i18n/pt-br/index.ts";

export const languages = ["en", "pt-BR"] as const;
export type Language = (typeof languages)[number];

const storageKey = "berth.language";

/** The first of the wanted languages that is spoken here; English when there is none. */
export function chooseLanguage(chosen: string | null, wanted: readonly string[]): Language {
  if (chosen === "en" || chosen === "pt-BR") return chosen;
  for (const tag of wanted) {
    const base = tag.toLowerCase().split("-")[0];
    if (base === "pt") return "pt-BR";
    if (base === "en") return "en";
  }
  return "en";
}

export async function createTranslator(): Promise<i18n> {
  const translator = createInstance();
  translator.on("languageChanged", (language) => {
    document.documentElement.lang = language;
  });
  await translator.use(initReactI18next).init({
    lng: chooseLanguage(readChosen(), navigator.languages),
    fallbackLng: "en",
    resources: { en: { translation: en }, "pt-BR": { translation: ptBr } },
    // React escapes what it draws; escaping twice would show entities.
    interpolation: { escapeValue: false },
  });
  return translator;
}

export async function setLanguage(translator: i18n, language: Language): Promise<void> {
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // Storage may be forbidden by the browser: the choice then lasts as long as the page.
  }
  await translator.changeLanguage(language);
}

function readChosen(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    // Storage may be forbidden by the browser: its own language is then used.
    return null;
  }
}
