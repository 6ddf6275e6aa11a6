import type { Dictionary } from "./dictionary.ts";

declare module "i18next" {
  interface CustomTypeOptions {
    readonly resources: { readonly translation: Dictionary };
  }
}
