/** The tokens by which an organization's directory provisions people and groups (SCIM). */
import * as z from "zod";
import { plainLine } from "./plain-line.ts";
import { empty, instant } from "./registry.ts";
import { route } from "./route.ts";

const organization = z.object({ organization: z.string() });

export const provisioningTokenView = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
});

export const provisioningRoutes = {
  listProvisioningTokens: route({
    method: "get",
    path: "/organizations/{organization}/provisioning/tokens",
    tag: "Provisioning",
    summary: "The directory's tokens, and the address that it sends to.",
    access: "organization",
    permission: "sign-in.manage",
    params: organization,
    response: z.object({ baseUrl: z.string(), tokens: z.array(provisioningTokenView) }),
  }),
  createProvisioningToken: route({
    method: "post",
    path: "/organizations/{organization}/provisioning/tokens",
    tag: "Provisioning",
    summary: "Make a token for the directory. It is shown once; several rotate without a gap.",
    access: "organization",
    permission: "sign-in.manage",
    stepUp: "where-asked",
    params: organization,
    body: z.object({ name: plainLine(80), expiresInDays: z.int().min(1).max(730).optional() }),
    status: 201,
    response: provisioningTokenView.extend({ secret: z.string() }),
  }),
  deleteProvisioningToken: route({
    method: "delete",
    path: "/organizations/{organization}/provisioning/tokens/{token}",
    tag: "Provisioning",
    summary: "Revoke a token of the directory.",
    access: "organization",
    permission: "sign-in.manage",
    params: organization.extend({ token: z.string().max(64) }),
    status: 204,
    response: empty,
  }),
} as const;

export type ProvisioningTokenView = z.output<typeof provisioningTokenView>;
