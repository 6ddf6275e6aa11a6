/**
 * Who may publish views of the level `permissive`, which run in the product's page as whoever uses
 * them. Not a sandbox, so only publishers whom the operator has named may; asked at publishing, at
 * installing and whenever a view is opened, since the operator may take a name back.
 */
import { BerthError } from "@berth/protocol";

export interface PermissivePublishers {
  readonly isPermissiveAllowed: (publisher: string) => boolean;
  /** @param app - `publisher/name` @throws PERMISSIVE_NOT_ALLOWED */
  readonly requirePermissive: (app: string) => void;
}

export function createPermissivePublishers(names: readonly string[] = []): PermissivePublishers {
  const allowed = new Set(names);
  return {
    isPermissiveAllowed: (publisher) => allowed.has(publisher),
    requirePermissive(app) {
      const [publisher = ""] = app.split("/");
      if (allowed.has(publisher)) return;
      throw new BerthError(
        "PERMISSIVE_NOT_ALLOWED",
        `${app}'s view asks for the sandbox level "permissive", which is no sandbox: it acts as whoever uses it. The operator has not allowed that to ${publisher}; an operator who trusts a publisher so far starts Berth with --permissive-publisher ${publisher}.`,
        { details: { publisher } },
      );
    },
  };
}
