import { administration } from "./administration.ts";
import { apps } from "./apps.ts";
import { audit } from "./audit.ts";
import { errors } from "./errors.ts";
import { grants } from "./grants.ts";
import { people } from "./people.ts";
import { permissions } from "./permissions.ts";
import { permissionsPage } from "./permissions-page.ts";
import { policies } from "./policies.ts";
import { security } from "./security.ts";
import { services } from "./services.ts";
import { shell } from "./shell.ts";
import { signInRules } from "./sign-in-rules.ts";
import { signOn } from "./sign-on.ts";

/** English, and with it the list of everything that the console says. */
export const en = {
  ...shell,
  ...errors,
  ...apps,
  ...permissions,
  ...administration,
  ...audit,
  ...grants,
  ...people,
  ...permissionsPage,
  ...policies,
  ...services,
  ...signInRules,
  ...signOn,
  ...security,
};
