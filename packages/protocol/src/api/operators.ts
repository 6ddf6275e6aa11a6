/** Who runs this Berth, its organizations, and what support does for people. */
import * as z from "zod";
import { operatorRoles } from "../access/roles.ts";
import { emailText } from "./members.ts";
import { plainLine } from "./plain-line.ts";
import { empty, instant } from "./registry.ts";
import { route } from "./route.ts";
import { slugText } from "./slug-text.ts";

const personParams = z.object({ person: z.string().min(1).max(64) });

export const operatorView = z.object({
  person: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  role: z.enum(operatorRoles),
  since: instant,
});

export const organizationView = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  createdAt: instant,
  members: z.number(),
});

export const personView = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  operatorRole: z.enum(operatorRoles).nullable(),
  organizations: z.array(z.string()).describe("Slugs"),
});

export const operatorRoutes = {
  listOperators: route({
    method: "get",
    path: "/operators",
    tag: "Operators",
    summary: "Who runs this Berth.",
    access: "operator",
    permission: "host.read",
    response: z.object({ operators: z.array(operatorView) }),
  }),
  addOperator: route({
    method: "post",
    path: "/operators",
    tag: "Operators",
    summary: "Make somebody who has an account an operator.",
    access: "operator",
    permission: "host.manage",
    stepUp: "where-asked",
    body: z.object({ email: emailText, role: z.enum(operatorRoles) }),
    status: 201,
    response: operatorView,
  }),
  changeOperatorRole: route({
    method: "put",
    path: "/operators/{person}/role",
    tag: "Operators",
    summary: "Give another operator another role; an admin always remains.",
    access: "operator",
    permission: "host.manage",
    stepUp: "where-asked",
    params: personParams,
    body: z.object({ role: z.enum(operatorRoles) }),
    response: operatorView,
  }),
  removeOperator: route({
    method: "delete",
    path: "/operators/{person}",
    tag: "Operators",
    summary: "End somebody's being an operator; their account stays.",
    access: "operator",
    permission: "host.manage",
    stepUp: "where-asked",
    params: personParams,
    status: 204,
    response: empty,
  }),
  listOrganizations: route({
    method: "get",
    path: "/organizations",
    tag: "Operators",
    summary: "All organizations of this Berth.",
    access: "operator",
    permission: "host.read",
    response: z.object({ organizations: z.array(organizationView) }),
  }),
  createOrganization: route({
    method: "post",
    path: "/organizations",
    tag: "Operators",
    summary:
      "Make an organization. Whoever has the owner's address becomes its owner; an address that is not known here is invited.",
    access: "operator",
    permission: "organizations.manage",
    stepUp: "where-asked",
    body: z.object({ slug: slugText, name: plainLine(80), owner: emailText }),
    status: 201,
    response: organizationView.extend({
      invitation: z
        .object({ link: z.string().nullable(), expiresAt: instant })
        .nullable()
        .describe("Null when the owner has an account"),
    }),
  }),
  findPeople: route({
    method: "get",
    path: "/people",
    tag: "Operators",
    summary: "People whose name or address holds a text; at most 50.",
    access: "operator",
    permission: "people.support",
    query: z.object({ search: z.string().max(200).default("") }),
    response: z.object({ people: z.array(personView) }),
  }),
  endPersonSessions: route({
    method: "delete",
    path: "/people/{person}/sessions",
    tag: "Operators",
    summary: "Sign somebody out everywhere.",
    access: "operator",
    permission: "people.support",
    params: personParams,
    response: z.object({ ended: z.number() }),
  }),
  createPersonSignInLink: route({
    method: "post",
    path: "/people/{person}/sign-in-link",
    tag: "Operators",
    summary:
      "A single-use link by which somebody signs in, for ten minutes. Whoever opens it is that person, so it is recorded, and none is made for who may do more than you.",
    access: "operator",
    permission: "people.support",
    stepUp: "where-asked",
    params: personParams,
    status: 201,
    response: z.object({ link: z.string(), expiresAt: instant }),
  }),
} as const;

export type OperatorView = z.output<typeof operatorView>;
export type OrganizationView = z.output<typeof organizationView>;
export type PersonView = z.output<typeof personView>;
