export { embeddedPermissions } from "../access/embedded.ts";
export {
  type OperatorPermission,
  type OrganizationPermission,
  operatorPermissions,
  organizationPermissions,
  type PublisherPermission,
  publisherPermissions,
} from "../access/permissions.ts";
export {
  type OperatorRoleName,
  type OrganizationRoleName,
  operatorRoles,
  organizationRoles,
  type PublisherRoleName,
  permissionsOfOperatorRole,
  permissionsOfOrganizationRole,
  permissionsOfPublisherRole,
  publisherRoles,
} from "../access/roles.ts";
export type {
  OwnSessionView,
  PasskeyView,
  SecondFactorView,
} from "./account.ts";
export type { AuditEntryView, AuditFilters, AuditProofView } from "./audit.ts";
export type { AuditAnchorView, WitnessedLogView } from "./audit-anchors.ts";
export type { EmbedKeyView, EmbedPublicKey, EmbedSessionView } from "./embedding.ts";
export {
  embedGroupNameChars,
  embedMaxGroups,
  embedRoles,
  embedSessionSeconds,
  embedTokenMaxSeconds,
} from "./embedding.ts";
export type { ErasedPersonView } from "./erasing.ts";
export type { GrantDetail, PermissionChangeView } from "./grants.ts";
export type { GroupDetail, GroupSource, GroupView } from "./groups.ts";
export { groupSources } from "./groups.ts";
export type {
  ApiKeyView,
  PostureView,
  SessionView,
  SignInView,
} from "./identity.ts";
export { defaultKeyDays, maxKeyDays } from "./identity.ts";
export type {
  GrantView,
  InstallationDetail,
  InstallationView,
  LogEntryView,
  PermissionView,
  RunView,
  StepView,
  UsageView,
  ViewSessionView,
} from "./installations.ts";
export type { InvitationView, MemberView, RoleView, SentInvitationView } from "./members.ts";
export { defaultInvitationDays, maxInvitationDays } from "./members.ts";
export type { OperatorView, OrganizationView, PersonView } from "./operators.ts";
export {
  type DecisionQuestion,
  type DecisionView,
  maxPolicyTextChars,
  type PoliciesView,
  type PolicyAction,
  type PolicyCase,
  type PolicyCheckView,
  type PolicyProblemView,
  type PolicyTestView,
  type PolicyTrialView,
  type PolicyVersionView,
  policyActions,
  policyCases,
  type ReachView,
  type WhoCanView,
} from "./policy-views.ts";
export type { ProvisioningTokenView } from "./provisioning.ts";
export type { PublisherPersonView } from "./publisher-people.ts";
export type {
  AppView,
  FindingView,
  KeyView,
  PublisherView,
  ReleaseDetail,
  ReleaseView,
} from "./registry.ts";
export type {
  RouteAccess,
  RouteArguments,
  RouteDefinition,
  RouteGuard,
  RouteInput,
  RouteMethod,
  RouteOutput,
} from "./route.ts";
export { type ApiRouteName, type ApiRoutes, apiPrefix, apiRoutes } from "./routes.ts";
export type { ScimGroupBody, ScimPatchBody, ScimUserBody } from "./scim.ts";
export { maxScimMembers, scimGroupBody, scimUserBody } from "./scim.ts";
export type { ServiceKeyView, ServiceView } from "./service-principals.ts";
export { maxServiceKeys } from "./service-principals.ts";
export type {
  EmailDomainView,
  SingleSignOnSettings,
  SingleSignOnView,
} from "./single-sign-on.ts";
export { singleSignOnCallbackPath } from "./single-sign-on.ts";
export type { SupportView } from "./support.ts";
