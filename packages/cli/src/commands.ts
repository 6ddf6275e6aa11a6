/** All commands, in the order in which help lists them. */
import type { AnyCommand } from "./command.ts";
import { apiKeysCreateCommand } from "./commands/api-keys-create.ts";
import { apiKeysDeleteCommand } from "./commands/api-keys-delete.ts";
import { apiKeysListCommand } from "./commands/api-keys-list.ts";
import { auditExportCommand } from "./commands/audit-export.ts";
import { auditListCommand } from "./commands/audit-list.ts";
import { auditStatusCommand } from "./commands/audit-status.ts";
import { auditVerifyCommand } from "./commands/audit-verify.ts";
import { auditWitnessCommand } from "./commands/audit-witness.ts";
import { auditWitnessAddCommand } from "./commands/audit-witness-add.ts";
import { auditWitnessRemoveCommand } from "./commands/audit-witness-remove.ts";
import { checkCommand } from "./commands/check.ts";
import { configEditCommand } from "./commands/config-edit.ts";
import { configGetCommand } from "./commands/config-get.ts";
import { configSetCommand } from "./commands/config-set.ts";
import { devCommand } from "./commands/dev.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { embedKeysCreateCommand } from "./commands/embed-keys-create.ts";
import { embedKeysDeleteCommand } from "./commands/embed-keys-delete.ts";
import { embedKeysListCommand } from "./commands/embed-keys-list.ts";
import { grantsChangeCommand } from "./commands/grants-change.ts";
import { grantsGrantCommand } from "./commands/grants-grant.ts";
import { grantsListCommand } from "./commands/grants-list.ts";
import { grantsRevokeCommand } from "./commands/grants-revoke.ts";
import { grantsUnusedCommand } from "./commands/grants-unused.ts";
import { installCommand } from "./commands/install.ts";
import { keysCreateCommand } from "./commands/keys-create.ts";
import { keysListCommand } from "./commands/keys-list.ts";
import { keysRegisterCommand } from "./commands/keys-register.ts";
import { keysRotateMasterCommand } from "./commands/keys-rotate-master.ts";
import { keysShowCommand } from "./commands/keys-show.ts";
import { listCommand } from "./commands/list.ts";
import { loginCommand } from "./commands/login.ts";
import { logoutCommand } from "./commands/logout.ts";
import { logsCommand } from "./commands/logs.ts";
import { membersInviteCommand } from "./commands/members-invite.ts";
import { membersListCommand } from "./commands/members-list.ts";
import { membersRemoveCommand } from "./commands/members-remove.ts";
import { membersRoleCommand } from "./commands/members-role.ts";
import { newCommand } from "./commands/new.ts";
import { openCommand } from "./commands/open.ts";
import { organizationsCreateCommand } from "./commands/organizations-create.ts";
import { packCommand } from "./commands/pack.ts";
import { peopleEraseCommand } from "./commands/people-erase.ts";
import { policyExplainCommand } from "./commands/policy-explain.ts";
import { policyHistoryCommand } from "./commands/policy-history.ts";
import { policyPublishCommand } from "./commands/policy-publish.ts";
import { policyRollBackCommand } from "./commands/policy-roll-back.ts";
import { policyShowCommand } from "./commands/policy-show.ts";
import { policyTestCommand } from "./commands/policy-test.ts";
import { policyValidateCommand } from "./commands/policy-validate.ts";
import { publishCommand } from "./commands/publish.ts";
import { restartCommand } from "./commands/restart.ts";
import { resumeCommand } from "./commands/resume.ts";
import { rolesCreateCommand } from "./commands/roles-create.ts";
import { rolesDeleteCommand } from "./commands/roles-delete.ts";
import { rolesListCommand } from "./commands/roles-list.ts";
import { secretsSetCommand } from "./commands/secrets-set.ts";
import { secretsUnsetCommand } from "./commands/secrets-unset.ts";
import { serveCommand } from "./commands/serve.ts";
import { servicePrincipalsCreateCommand } from "./commands/service-principals-create.ts";
import { servicePrincipalsDeleteCommand } from "./commands/service-principals-delete.ts";
import { servicePrincipalsKeysCreateCommand } from "./commands/service-principals-keys-create.ts";
import { servicePrincipalsKeysDeleteCommand } from "./commands/service-principals-keys-delete.ts";
import { servicePrincipalsListCommand } from "./commands/service-principals-list.ts";
import { servicePrincipalsSetCommand } from "./commands/service-principals-set.ts";
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
  grantsListCommand,
  grantsGrantCommand,
  grantsChangeCommand,
  grantsRevokeCommand,
  grantsUnusedCommand,
  suspendCommand,
  resumeCommand,
  uninstallCommand,
  membersListCommand,
  membersInviteCommand,
  membersRemoveCommand,
  membersRoleCommand,
  rolesListCommand,
  rolesCreateCommand,
  rolesDeleteCommand,
  organizationsCreateCommand,
  policyExplainCommand,
  policyTestCommand,
  policyValidateCommand,
  policyShowCommand,
  policyPublishCommand,
  policyHistoryCommand,
  policyRollBackCommand,
  apiKeysCreateCommand,
  apiKeysListCommand,
  apiKeysDeleteCommand,
  servicePrincipalsCreateCommand,
  servicePrincipalsListCommand,
  servicePrincipalsSetCommand,
  servicePrincipalsDeleteCommand,
  servicePrincipalsKeysCreateCommand,
  servicePrincipalsKeysDeleteCommand,
  embedKeysCreateCommand,
  embedKeysListCommand,
  embedKeysDeleteCommand,
  auditListCommand,
  auditExportCommand,
  auditVerifyCommand,
  auditStatusCommand,
  auditWitnessCommand,
  auditWitnessAddCommand,
  auditWitnessRemoveCommand,
  peopleEraseCommand,
  keysRotateMasterCommand,
  doctorCommand,
  serveCommand,
  restartCommand,
]);
