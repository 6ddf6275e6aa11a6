/** Handlers of erasing. That the caller may is decided before; that they mean it, here. */
import { BerthError } from "@berth/protocol";
import {
  type ApiContext,
  callerOf,
  type Handlers,
  organizationOf,
  type RoutesOf,
} from "../../http/api.ts";
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
  const { personId, by, keyId, sessionId } = callerOf(context);
  const credentialId = keyId ?? sessionId;
  return {
    person: body.person,
    requestId: context.requestId,
    actor: {
      ...{ kind: "person", id: personId, by },
      ...(credentialId === undefined ? {} : { credentialId }),
    },
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
    eraseMember: async ({ body }, context) =>
      view(await eraser.eraseFromOrganization(organizationOf(context), optionsOf(body, context))),
  };
}
