import { administration } from "./administration.ts";
import { apps } from "./apps.ts";
import { errors } from "./errors.ts";
import { permissions } from "./permissions.ts";
import { shell } from "./shell.ts";

/** English, and with it the list of everything that the console says. */
export const en = { ...shell, ...errors, ...apps, ...permissions, ...administration };
