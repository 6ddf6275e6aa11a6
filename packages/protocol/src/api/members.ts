/**
 * People of an organization, the roles of its own, and invitations as the API shows them.
 *
 * An invitation's token is its proof: it stands in the fragment of a link, which is shown once, to
 * whoever invites, or mailed by the operator's mailer and then shown to nobody here.
 */
import * as z from "zod";
import { organizationPermissions } from "../access/permissions.ts";
import { keysOf } from "./identity.ts";
import { plainLine } from "./plain-line.ts";
import { empty, instant } from "./registry.ts";
import { route } from "./route.ts";

export const maxInvitationDays = 30;
export const defaultInvitationDays = 7;

const organization = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/)
  .describe("The organization's slug");
const orgParams = z.object({ organization });
const id = z.string().min(1).max(64);
const memberParams = orgParams.extend({ member: id });
const roleParams = orgParams.extend({ role: id });
const invitationParams = orgParams.extend({ invitation: id });

export const emailText = z.string().min(3).max(254);
const roleText = id.describe("A built-in role's name, or the id of one of the organization's own");
const permissionName = z.enum(keysOf(organizationPermissions));
const token = z.string().min(16).max(200);

export const memberView = z.object({
  id: z.string(),
  person: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  role: roleText,
  roleName: z.string(),
  /** `product`: the token of an embedding product says the role, until somebody gives one here. */
  roleFrom: z.string(),
  since: instant,
});

export const roleView = z.object({
  id: z.string().describe("Of a built-in role: its name"),
  name: z.string(),
  description: z.string(),
  isBuiltIn: z.boolean(),
  permissions: z.array(permissionName),
  members: z.number().describe("How many hold it"),
});

export const invitationView = z.object({
  id: z.string(),
  email: z.string(),
  role: roleText,
  roleName: z.string(),
  invitedBy: z.string().describe("A name"),
  createdAt: instant,
  expiresAt: instant,
});

export const sentInvitationView = invitationView.extend({
  link: z
    .string()
    .nullable()
    .describe("Shown this once; null when the operator's mailer took it to the address"),
});

const roleBody = z.object({
  name: plainLine(60),
  description: plainLine(280, 0).default(""),
  permissions: z.array(permissionName).max(100),
});

export const memberRoutes = {
  listMembers: route({
    method: "get",
    path: "/organizations/{organization}/members",
    tag: "Members",
    summary: "The people of an organization, with their roles.",
    access: "organization",
    permission: "organization.read",
    params: orgParams,
    response: z.object({ members: z.array(memberView) }),
  }),
  changeMemberRole: route({
    method: "put",
    path: "/organizations/{organization}/members/{member}/role",
    tag: "Members",
    summary: "Give somebody another role; nobody gives or takes what they do not hold themselves.",
    access: "organization",
    permission: "members.manage",
    stepUp: "where-asked",
    params: memberParams,
    body: z.object({ role: roleText }),
    response: memberView,
  }),
  removeMember: route({
    method: "delete",
    path: "/organizations/{organization}/members/{member}",
    tag: "Members",
    summary: "Remove somebody from the organization; what they had there ends at once.",
    access: "organization",
    permission: "members.manage",
    stepUp: "where-asked",
    params: memberParams,
    status: 204,
    response: empty,
  }),
  leaveOrganization: route({
    method: "delete",
    path: "/organizations/{organization}/membership",
    tag: "Members",
    summary: "Leave the organization.",
    access: "organization",
    permission: "organization.read",
    params: orgParams,
    status: 204,
    response: empty,
  }),
  listRoles: route({
    method: "get",
    path: "/organizations/{organization}/roles",
    tag: "Members",
    summary: "The built-in roles and the organization's own.",
    access: "organization",
    permission: "organization.read",
    params: orgParams,
    response: z.object({ roles: z.array(roleView) }),
  }),
  createRole: route({
    method: "post",
    path: "/organizations/{organization}/roles",
    tag: "Members",
    summary: "Make a role out of permissions that you hold yourself.",
    access: "organization",
    permission: "roles.manage",
    stepUp: "where-asked",
    params: orgParams,
    body: roleBody,
    status: 201,
    response: roleView,
  }),
  changeRole: route({
    method: "put",
    path: "/organizations/{organization}/roles/{role}",
    tag: "Members",
    summary: "Replace a role of the organization's own; it holds for everybody who has it at once.",
    access: "organization",
    permission: "roles.manage",
    stepUp: "where-asked",
    params: roleParams,
    body: roleBody,
    response: roleView,
  }),
  deleteRole: route({
    method: "delete",
    path: "/organizations/{organization}/roles/{role}",
    tag: "Members",
    summary: "Delete a role that nobody holds and no invitation gives.",
    access: "organization",
    permission: "roles.manage",
    stepUp: "where-asked",
    params: roleParams,
    status: 204,
    response: empty,
  }),
  listInvitations: route({
    method: "get",
    path: "/organizations/{organization}/invitations",
    tag: "Members",
    summary: "Invitations that nobody has accepted, expired ones included.",
    access: "organization",
    permission: "members.manage",
    params: orgParams,
    response: z.object({ invitations: z.array(invitationView) }),
  }),
  invite: route({
    method: "post",
    path: "/organizations/{organization}/invitations",
    tag: "Members",
    summary:
      "Invite an address. Berth sends no mail by itself: the link is shown once. An earlier invitation of the address ends.",
    access: "organization",
    permission: "members.manage",
    stepUp: "where-asked",
    params: orgParams,
    body: z.object({
      email: emailText,
      role: roleText,
      expiresInDays: z.number().int().min(1).max(maxInvitationDays).default(defaultInvitationDays),
    }),
    status: 201,
    response: sentInvitationView,
  }),
  resendInvitation: route({
    method: "post",
    path: "/organizations/{organization}/invitations/{invitation}/resend",
    tag: "Members",
    summary: "Make a new link for an invitation, from now on; the earlier link ends.",
    access: "organization",
    permission: "members.manage",
    stepUp: "where-asked",
    params: invitationParams,
    response: sentInvitationView,
  }),
  revokeInvitation: route({
    method: "delete",
    path: "/organizations/{organization}/invitations/{invitation}",
    tag: "Members",
    summary: "Take an invitation back.",
    access: "organization",
    permission: "members.manage",
    params: invitationParams,
    status: 204,
    response: empty,
  }),
  describeInvitation: route({
    method: "post",
    path: "/invitations/describe",
    tag: "Members",
    summary: "What an invitation is for. Public: the token is the proof.",
    access: "public",
    body: z.object({ token }),
    response: z.object({
      organization: z.object({ slug: z.string(), name: z.string() }),
      email: z.string(),
      roleName: z.string(),
      invitedBy: z.string(),
      expiresAt: instant,
    }),
  }),
  joinByInvitation: route({
    method: "post",
    path: "/invitations/join",
    tag: "Members",
    summary:
      "Accept as somebody new, who then signs in. Public: the token is the proof. Whoever has an account gets the same answer, nothing of theirs changes, and they accept once they have signed in.",
    access: "public",
    body: z.object({
      token,
      name: plainLine(120),
      password: z.string().min(10).max(200),
    }),
    status: 202,
    response: z.object({ email: z.string(), organization: z.string() }),
  }),
  acceptInvitation: route({
    method: "post",
    path: "/invitations/accept",
    tag: "Members",
    summary: "Accept an invitation of your own address.",
    access: "person",
    body: z.object({ token }),
    response: z.object({ organization: z.string() }),
  }),
} as const;

export type MemberView = z.output<typeof memberView>;
export type RoleView = z.output<typeof roleView>;
export type InvitationView = z.output<typeof invitationView>;
export type SentInvitationView = z.output<typeof sentInvitationView>;
