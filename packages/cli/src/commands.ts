/** All commands, in the order in which help lists them. */
import type { AnyCommand } from "./command.ts";
import { checkCommand } from "./commands/check.ts";
import { configEditCommand } from "./commands/config-edit.ts";
import { configGetCommand } from "./commands/config-get.ts";
import { configSetCommand } from "./commands/config-set.ts";
import { devCommand } from "./commands/dev.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { embedKeysCreateCommand } from "./commands/embed-keys-create.ts";
import { embedKeysDeleteCommand } from "./commands/embed-keys-delete.ts";
import { embedKeysListCommand } from "./commands/embed-keys-list.ts";
import { installCommand } from "./commands/install.ts";
import { keysCreateCommand } from "./commands/keys-create.ts";
import { keysListCommand } from "./commands/keys-list.ts";
import { keysRegisterCommand } from "./commands/keys-register.ts";
import { keysShowCommand } from "./commands/keys-show.ts";
import { listCommand } from "./commands/list.ts";
import { loginCommand } from "./commands/login.ts";
import { logoutCommand } from "./commands/logout.ts";
import { logsCommand } from "./commands/logs.ts";
import { newCommand } from "./commands/new.ts";
import { openCommand } from "./commands/open.ts";
import { packCommand } from "./commands/pack.ts";
import { publishCommand } from "./commands/publish.ts";
import { restartCommand } from "./commands/restart.ts";
import { resumeCommand } from "./commands/resume.ts";
import { secretsSetCommand } from "./commands/secrets-set.ts";
import { secretsUnsetCommand } from "./commands/secrets-unset.ts";
import { serveCommand } from "./commands/serve.ts";
import { suspendCommand } from "./commands/suspend.ts";
import { uninstallCommand } from "./commands/uninstall.ts";
import { whoamiCommand } from "./commands/whoami.ts";

export const commands: readonly AnyCommand[] = Object.freeze([
  newCommand,
  devCommand,
  checkCommand,
  packCommand,
  keysCreateCommand,
  keysListCommand,
  keysShowCommand,
  keysRegisterCommand,
  loginCommand,
  logoutCommand,
  whoamiCommand,
  publishCommand,
  installCommand,
  listCommand,
  openCommand,
  logsCommand,
  configGetCommand,
  configSetCommand,
  configEditCommand,
  secretsSetCommand,
  secretsUnsetCommand,
  suspendCommand,
  resumeCommand,
  uninstallCommand,
  embedKeysCreateCommand,
  embedKeysListCommand,
  embedKeysDeleteCommand,
  doctorCommand,
  serveCommand,
  restartCommand,
]);
