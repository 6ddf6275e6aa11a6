import type { en } from "./en/index.ts";

type Words<T> = { readonly [Key in keyof T]: T[Key] extends string ? string : Words<T[Key]> };

/** Every language has at least the keys of English; a missing one does not compile. */
export type Dictionary = Words<typeof en>;
