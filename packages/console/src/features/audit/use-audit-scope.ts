import { useSignedIn } from "../session/use-signed-in.ts";
import type { AuditSearch } from "./audit-search.ts";

export interface AuditScope {
  /** Whose entries: the organization's slug, or null for the whole host. Undefined: may read neither. */
  readonly organization: string | null | undefined;
  readonly canReadOrganization: boolean;
  readonly canReadHost: boolean;
  readonly canExport: boolean;
}

/** What of the log to offer. The server decides; this is a courtesy. */
export function useAuditScope(wanted: AuditSearch["scope"]): AuditScope {
  const { session, organization } = useSignedIn();
  const canReadOrganization = organization?.permissions.includes("audit.read") === true;
  const canReadHost = session.operatorPermissions.includes("audit.read");
  const isHost = canReadHost && (wanted === "host" || !canReadOrganization);
  return {
    organization: isHost ? null : canReadOrganization ? organization?.slug : undefined,
    canReadOrganization,
    canReadHost,
    canExport: isHost
      ? session.operatorPermissions.includes("audit.export")
      : organization?.permissions.includes("audit.export") === true,
  };
}
