/** Erasing a person: from the whole host, or from one organization. */
import * as z from "zod";
import { route } from "./route.ts";

/** Ids and addresses are sent in the body: addresses of requests are logged on the way. */
const body = z.object({
  /** Their id, or their e-mail address. */
  person: z.string().min(1).max(255),
  /** The same once more: it cannot be undone. */
  confirm: z.string().min(1).max(255),
});

export const erasedPersonView = z.object({
  /** What the record of it names them by; it leads nowhere. */
  opaqueId: z.string(),
  /** Where apps may keep something of theirs, under the pseudonym `member`. */
  installations: z.array(
    z.object({ id: z.string(), app: z.string(), organization: z.string(), member: z.string() }),
  ),
});

export const erasingRoutes = {
  erasePerson: route({
    method: "post",
    path: "/people/erase",
    tag: "Erasing",
    summary: "Erase a person from this host. It cannot be undone.",
    access: "operator",
    permission: "people.erase",
    stepUp: "where-asked",
    body,
    response: erasedPersonView,
  }),
  eraseMember: route({
    method: "post",
    path: "/organizations/{organization}/people/erase",
    tag: "Erasing",
    summary: "Erase what the organization holds of a person. It cannot be undone.",
    access: "organization",
    permission: "people.erase",
    stepUp: "where-asked",
    params: z.object({ organization: z.string() }),
    body,
    response: erasedPersonView,
  }),
} as const;

export type ErasedPersonView = z.output<typeof erasedPersonView>;
