/**
 * All commands, in the order in which help lists them. Each is loaded when it is asked for: a command
 * line starts in half the time when it does not read all of them.
 */
import type { AnyCommand } from "./command.ts";

/** By the words that call it; the file's `usage` begins with them. */
const loaders: Readonly<Record<string, () => Promise<AnyCommand>>> = {
  new: async () => (await import("./commands/new.ts")).newCommand,
  dev: async () => (await import("./commands/dev.ts")).devCommand,
  check: async () => (await import("./commands/check.ts")).checkCommand,
  pack: async () => (await import("./commands/pack.ts")).packCommand,
  "keys create": async () => (await import("./commands/keys-create.ts")).keysCreateCommand,
  "keys list": async () => (await import("./commands/keys-list.ts")).keysListCommand,
  "keys show": async () => (await import("./commands/keys-show.ts")).keysShowCommand,
  "keys register": async () => (await import("./commands/keys-register.ts")).keysRegisterCommand,
  login: async () => (await import("./commands/login.ts")).loginCommand,
  logout: async () => (await import("./commands/logout.ts")).logoutCommand,
  whoami: async () => (await import("./commands/whoami.ts")).whoamiCommand,
  publish: async () => (await import("./commands/publish.ts")).publishCommand,
  install: async () => (await import("./commands/install.ts")).installCommand,
  list: async () => (await import("./commands/list.ts")).listCommand,
  open: async () => (await import("./commands/open.ts")).openCommand,
  logs: async () => (await import("./commands/logs.ts")).logsCommand,
  "config get": async () => (await import("./commands/config-get.ts")).configGetCommand,
  "config set": async () => (await import("./commands/config-set.ts")).configSetCommand,
  "config edit": async () => (await import("./commands/config-edit.ts")).configEditCommand,
  "secrets set": async () => (await import("./commands/secrets-set.ts")).secretsSetCommand,
  "secrets unset": async () => (await import("./commands/secrets-unset.ts")).secretsUnsetCommand,
  "grants list": async () => (await import("./commands/grants-list.ts")).grantsListCommand,
  "grants grant": async () => (await import("./commands/grants-grant.ts")).grantsGrantCommand,
  "grants change": async () => (await import("./commands/grants-change.ts")).grantsChangeCommand,
  "grants revoke": async () => (await import("./commands/grants-revoke.ts")).grantsRevokeCommand,
  "grants unused": async () => (await import("./commands/grants-unused.ts")).grantsUnusedCommand,
  suspend: async () => (await import("./commands/suspend.ts")).suspendCommand,
  resume: async () => (await import("./commands/resume.ts")).resumeCommand,
  uninstall: async () => (await import("./commands/uninstall.ts")).uninstallCommand,
  "members list": async () => (await import("./commands/members-list.ts")).membersListCommand,
  "members invite": async () => (await import("./commands/members-invite.ts")).membersInviteCommand,
  "members remove": async () => (await import("./commands/members-remove.ts")).membersRemoveCommand,
  "members role": async () => (await import("./commands/members-role.ts")).membersRoleCommand,
  "roles list": async () => (await import("./commands/roles-list.ts")).rolesListCommand,
  "roles create": async () => (await import("./commands/roles-create.ts")).rolesCreateCommand,
  "roles delete": async () => (await import("./commands/roles-delete.ts")).rolesDeleteCommand,
  "organizations create": async () =>
    (await import("./commands/organizations-create.ts")).organizationsCreateCommand,
  "policy explain": async () => (await import("./commands/policy-explain.ts")).policyExplainCommand,
  "policy test": async () => (await import("./commands/policy-test.ts")).policyTestCommand,
  "policy validate": async () =>
    (await import("./commands/policy-validate.ts")).policyValidateCommand,
  "policy show": async () => (await import("./commands/policy-show.ts")).policyShowCommand,
  "policy publish": async () => (await import("./commands/policy-publish.ts")).policyPublishCommand,
  "policy history": async () => (await import("./commands/policy-history.ts")).policyHistoryCommand,
  "policy roll-back": async () =>
    (await import("./commands/policy-roll-back.ts")).policyRollBackCommand,
  "api-keys create": async () =>
    (await import("./commands/api-keys-create.ts")).apiKeysCreateCommand,
  "api-keys list": async () => (await import("./commands/api-keys-list.ts")).apiKeysListCommand,
  "api-keys delete": async () =>
    (await import("./commands/api-keys-delete.ts")).apiKeysDeleteCommand,
  "service-principals create": async () =>
    (await import("./commands/service-principals-create.ts")).servicePrincipalsCreateCommand,
  "service-principals list": async () =>
    (await import("./commands/service-principals-list.ts")).servicePrincipalsListCommand,
  "service-principals set": async () =>
    (await import("./commands/service-principals-set.ts")).servicePrincipalsSetCommand,
  "service-principals delete": async () =>
    (await import("./commands/service-principals-delete.ts")).servicePrincipalsDeleteCommand,
  "service-principals keys-create": async () =>
    (await import("./commands/service-principals-keys-create.ts"))
      .servicePrincipalsKeysCreateCommand,
  "service-principals keys-delete": async () =>
    (await import("./commands/service-principals-keys-delete.ts"))
      .servicePrincipalsKeysDeleteCommand,
  "embed-keys create": async () =>
    (await import("./commands/embed-keys-create.ts")).embedKeysCreateCommand,
  "embed-keys list": async () =>
    (await import("./commands/embed-keys-list.ts")).embedKeysListCommand,
  "embed-keys delete": async () =>
    (await import("./commands/embed-keys-delete.ts")).embedKeysDeleteCommand,
  "audit list": async () => (await import("./commands/audit-list.ts")).auditListCommand,
  "audit export": async () => (await import("./commands/audit-export.ts")).auditExportCommand,
  "audit verify": async () => (await import("./commands/audit-verify.ts")).auditVerifyCommand,
  "audit status": async () => (await import("./commands/audit-status.ts")).auditStatusCommand,
  "audit witness": async () => (await import("./commands/audit-witness.ts")).auditWitnessCommand,
  "audit witness-add": async () =>
    (await import("./commands/audit-witness-add.ts")).auditWitnessAddCommand,
  "audit witness-remove": async () =>
    (await import("./commands/audit-witness-remove.ts")).auditWitnessRemoveCommand,
  "people erase": async () => (await import("./commands/people-erase.ts")).peopleEraseCommand,
  "keys rotate-master": async () =>
    (await import("./commands/keys-rotate-master.ts")).keysRotateMasterCommand,
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand,
  serve: async () => (await import("./commands/serve.ts")).serveCommand,
  restart: async () => (await import("./commands/restart.ts")).restartCommand,
};

/** The one that these words call, or all of them, for help and for what is no command. */
export async function loadCommands(argv: readonly string[]): Promise<readonly AnyCommand[]> {
  const first = argv.findIndex((word) => word.startsWith("-"));
  const words = first === -1 ? argv : argv.slice(0, first);
  const called = Object.keys(loaders).filter(
    (name) => words.slice(0, name.split(" ").length).join(" ") === name,
  );
  // Of two that begin alike the longer one is meant.
  const [name] = called.sort((a, b) => b.length - a.length);
  const wanted = name === undefined ? Object.values(loaders) : [loaders[name]];
  return Promise.all(wanted.flatMap((load) => load?.() ?? []));
}
