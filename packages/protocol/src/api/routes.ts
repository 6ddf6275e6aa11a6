/** Every route of the HTTP API, by operation id. */

import { accountRoutes } from "./account.ts";
import { auditRoutes } from "./audit.ts";
import { auditAnchorRoutes } from "./audit-anchors.ts";
import { embeddingRoutes } from "./embedding.ts";
import { erasingRoutes } from "./erasing.ts";
import { grantRoutes } from "./grants.ts";
import { groupRoutes } from "./groups.ts";
import { hostRoutes, identityRoutes } from "./identity.ts";
import { installationRoutes } from "./installations.ts";
import { memberRoutes } from "./members.ts";
import { operatorRoutes } from "./operators.ts";
import { operatorPolicyRoutes, organizationPolicyRoutes } from "./policies.ts";
import { provisioningRoutes } from "./provisioning.ts";
import { publisherPeopleRoutes } from "./publisher-people.ts";
import { registryRoutes } from "./registry.ts";
import { scimRoutes } from "./scim.ts";
import { serviceRoutes } from "./service-principals.ts";
import { singleSignOnRoutes } from "./single-sign-on.ts";
import { supportRoutes } from "./support.ts";

export const apiPrefix = "/api/v1";

export const apiRoutes = Object.freeze({
  ...hostRoutes,
  ...identityRoutes,
  ...accountRoutes,
  ...serviceRoutes,
  ...supportRoutes,
  ...embeddingRoutes,
  ...erasingRoutes,
  ...registryRoutes,
  ...installationRoutes,
  ...auditRoutes,
  ...auditAnchorRoutes,
  ...memberRoutes,
  ...operatorRoutes,
  ...publisherPeopleRoutes,
  ...grantRoutes,
  ...organizationPolicyRoutes,
  ...operatorPolicyRoutes,
  ...singleSignOnRoutes,
  ...groupRoutes,
  ...provisioningRoutes,
  ...scimRoutes,
});

export type ApiRoutes = typeof apiRoutes;
export type ApiRouteName = keyof ApiRoutes;
