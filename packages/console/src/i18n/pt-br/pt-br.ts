import type { Dictionary } from "../dictionary.ts";
import { administration } from "./administration.ts";
import { apps } from "./apps.ts";
import { errors } from "./errors.ts";
import { permissions } from "./permissions.ts";
import { shell } from "./shell.ts";

/** Brazilian Portuguese. */
export const ptBr: Dictionary = {
  ...shell,
  ...errors,
  ...apps,
  ...permissions,
  ...administration,
};
