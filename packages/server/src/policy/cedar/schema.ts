/**
 * The Cedar schema (https://docs.cedarpolicy.com/schema/human-readable-schema.html) that policies are
 * validated against, made from the table of permissions so that the two cannot differ.
 */
import { actionsByType, type PermissionType, permissionTypes } from "@berth/protocol";

/** The entity type of what an access of each type reaches. */
export const entityTypeOf: Readonly<Record<PermissionType, string>> = Object.freeze({
  api: "Api",
  data: "Data",
  ui: "Ui",
  network: "Network",
  tool: "Tool",
  companion: "Companion",
  document: "Document",
  event: "Event",
});

const reached = "[Installation, App, Publisher, Organization]";

function actionsOf(type: PermissionType): string {
  return actionsByType[type]
    .map(
      (action) =>
        `action "${type}:${action}" in [Action::"${type}"] appliesTo {\n  principal: [Person, Service, Installation],\n  resource: [${entityTypeOf[type]}],\n  context: Circumstances\n};`,
    )
    .join("\n");
}

function resourceOf(type: PermissionType): string {
  const host = type === "network" ? ", host: String" : "";
  return `entity ${entityTypeOf[type]} in ${reached} { name: String${host} };`;
}

export const cedarSchema = `entity Organization;
entity Publisher;
entity App in [Publisher];
entity Installation in [App, Publisher, Organization];
entity Role;
entity Group;
entity Person, Service in [Role, Group, Organization];
${permissionTypes.map(resourceOf).join("\n")}

type Circumstances = {
  now: datetime,
  weekday: String,
  purpose: String,
  address?: ipaddr,
  secondFactorAgeSeconds?: Long,
  dataClass?: String
};

action ${permissionTypes.map((type) => `"${type}"`).join(", ")};
${permissionTypes.map(actionsOf).join("\n")}
`;
