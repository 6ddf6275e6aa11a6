/** Handlers of erasing. That the caller may is decided before; that they mean it, here. */
import { BerthError } from "@berth/protocol";
import {
  type ApiContext,
  callerOf,
  type Handlers,
  organizationOf,
  type RoutesOf,
} from "../../http/api.ts";
import { actorOf } from "../membership/authority.ts";
import type { ErasedPerson, EraseOptions, PersonEraser } from "./erase-person.ts";

function optionsOf(
  body: { readonly person: string; readonly confirm: string },
  context: ApiContext,
): EraseOptions {
  if (body.person !== body.confirm) {
    throw new BerthError(
      "REQUEST_INVALID",
      "confirm is not what person says; repeat the id or the address to show that this person is meant. It cannot be undone.",
    );
  }
  return {
    person: body.person,
    requestId: context.requestId,
    actor: actorOf(callerOf(context)),
  };
}

const view = ({ opaqueId, installations }: ErasedPerson) => ({
  opaqueId,
  installations: installations.map((each) => ({ ...each })),
});

export function erasingHandlers({
  eraser,
}: {
  readonly eraser: PersonEraser;
}): Handlers<RoutesOf<"Erasing">> {
  return {
    erasePerson: async ({ body }, context) => view(await eraser.erase(optionsOf(body, context))),
    async eraseMember({ body }, context) {
      const organization = organizationOf(context);
      const options = { ...optionsOf(body, context), held: organization.permissions };
      return view(await eraser.eraseFromOrganization(organization, options));
    },
  };
}
