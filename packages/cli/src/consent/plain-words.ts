/** What a permission means, as an admin would say it. */
import { actAsMember } from "@berth/protocol";
import type { PermissionView } from "@berth/protocol/api";

export function describePermission(permission: PermissionView): string {
  const names = Object.keys(permission.conditions ?? {});
  const words = describeAccess(permission);
  return names.length === 0 ? words : `${words}, only under conditions: ${names.join(", ")}`;
}

function describeAccess({ actions, resource, type }: PermissionView): string {
  const what = resource === "*" ? "anything" : resource.replace(/\/\*$/, " and below");
  switch (type) {
    case "api":
      return `its view calls its own function: ${verbsOf(actions)} ${what}`;
    case "data":
      return `${verbsOf(actions)} the data ${what}`;
    case "ui":
      if (resource === actAsMember) {
        return "act as you: this app runs in the page itself, without a sandbox, and can do there what you can";
      }
      return `show itself in ${what}`;
    case "network":
      return `connect to ${resource} over the internet`;
    case "tool":
      return `run the tool ${what}`;
    case "companion":
      return `${actions.join(" and ")} with the companion ${what}`;
    case "document":
      return `${verbsOf(actions)} the documents ${what}`;
    case "event":
      return `${actions.join(" and ")} to the event ${what}`;
    default:
      return `${actions.join(", ")} ${type} ${what}`;
  }
}

function verbsOf(actions: readonly string[]): string {
  return actions.map((action) => (action === "write" ? "change" : action)).join(" and ");
}
