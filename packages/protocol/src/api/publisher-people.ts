/** Who publishes in a publisher's name. */
import * as z from "zod";
import { publisherRoles } from "../access/roles.ts";
import { emailText } from "./members.ts";
import { empty, instant, publisherParams } from "./registry.ts";
import { route } from "./route.ts";

const personParams = publisherParams.extend({ person: z.string().min(1).max(64) });

export const publisherPersonView = z.object({
  person: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  role: z.enum(publisherRoles),
  since: instant,
});

export const publisherPeopleRoutes = {
  listPublisherPeople: route({
    method: "get",
    path: "/publishers/{publisher}/people",
    tag: "Publishers",
    summary: "Who belongs to the publisher.",
    access: "publisher",
    permission: "publisher.read",
    params: publisherParams,
    response: z.object({ people: z.array(publisherPersonView) }),
  }),
  addPublisherPerson: route({
    method: "post",
    path: "/publishers/{publisher}/people",
    tag: "Publishers",
    summary: "Add somebody who has an account here, by their whole address.",
    access: "publisher",
    permission: "publisher.manage",
    stepUp: "where-asked",
    params: publisherParams,
    body: z.object({ email: emailText, role: z.enum(publisherRoles) }),
    status: 201,
    response: publisherPersonView,
  }),
  changePublisherRole: route({
    method: "put",
    path: "/publishers/{publisher}/people/{person}/role",
    tag: "Publishers",
    summary: "Give somebody else another role; an owner always remains.",
    access: "publisher",
    permission: "publisher.manage",
    stepUp: "where-asked",
    params: personParams,
    body: z.object({ role: z.enum(publisherRoles) }),
    response: publisherPersonView,
  }),
  removePublisherPerson: route({
    method: "delete",
    path: "/publishers/{publisher}/people/{person}",
    tag: "Publishers",
    summary: "Remove somebody; an owner always remains.",
    access: "publisher",
    permission: "publisher.manage",
    stepUp: "where-asked",
    params: personParams,
    status: 204,
    response: empty,
  }),
} as const;

export type PublisherPersonView = z.output<typeof publisherPersonView>;
