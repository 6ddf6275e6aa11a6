/** Groups of an organization's members: made by hand, by its directory (SCIM), or by what a sign-in says. */
import * as z from "zod";
import { plainLine } from "./plain-line.ts";
import { empty, instant } from "./registry.ts";
import { route } from "./route.ts";

/** Who says who is in a group: `hand` a person here, the others only where they come from. */
export const groupSources = ["hand", "scim", "sso", "embed"] as const;

const organization = z.object({ organization: z.string() });
const group = organization.extend({ group: z.string().max(64) });

export const groupView = z.object({
  id: z.string(),
  name: z.string(),
  source: z.enum(groupSources),
  memberCount: z.int(),
  createdAt: instant,
});

export const groupDetail = groupView.extend({
  /** The first thousand, by name. */
  members: z.array(z.object({ id: z.string(), name: z.string() })),
});

export const groupRoutes = {
  listGroups: route({
    method: "get",
    path: "/organizations/{organization}/groups",
    tag: "Groups",
    summary: "The organization's groups.",
    access: "organization",
    permission: "organization.read",
    params: organization,
    response: z.object({ groups: z.array(groupView) }),
  }),
  createGroup: route({
    method: "post",
    path: "/organizations/{organization}/groups",
    tag: "Groups",
    summary: "Make a group by hand.",
    access: "organization",
    permission: "members.manage",
    params: organization,
    body: z.object({ name: plainLine(100) }),
    status: 201,
    response: groupDetail,
  }),
  getGroup: route({
    method: "get",
    path: "/organizations/{organization}/groups/{group}",
    tag: "Groups",
    summary: "One group and who is in it.",
    access: "organization",
    permission: "organization.read",
    params: group,
    response: groupDetail,
  }),
  renameGroup: route({
    method: "put",
    path: "/organizations/{organization}/groups/{group}",
    tag: "Groups",
    summary: "Rename a group that was made by hand.",
    access: "organization",
    permission: "members.manage",
    stepUp: "where-asked",
    params: group,
    body: z.object({ name: plainLine(100) }),
    response: groupDetail,
  }),
  deleteGroup: route({
    method: "delete",
    path: "/organizations/{organization}/groups/{group}",
    tag: "Groups",
    summary: "Remove a group. One that the directory provisions comes back when it sends it again.",
    access: "organization",
    permission: "members.manage",
    stepUp: "where-asked",
    params: group,
    status: 204,
    response: empty,
  }),
  addGroupMember: route({
    method: "post",
    path: "/organizations/{organization}/groups/{group}/members",
    tag: "Groups",
    summary: "Add a member of the organization, by id or e-mail address, to a group made by hand.",
    access: "organization",
    permission: "members.manage",
    stepUp: "where-asked",
    params: group,
    body: z.object({ member: z.string().min(1).max(254) }),
    response: groupDetail,
  }),
  removeGroupMember: route({
    method: "delete",
    path: "/organizations/{organization}/groups/{group}/members/{person}",
    tag: "Groups",
    summary: "Take somebody out of a group made by hand.",
    access: "organization",
    permission: "members.manage",
    stepUp: "where-asked",
    params: group.extend({ person: z.string().max(64) }),
    status: 204,
    response: empty,
  }),
} as const;

export type GroupSource = (typeof groupSources)[number];
export type GroupView = z.output<typeof groupView>;
export type GroupDetail = z.output<typeof groupDetail>;
