/** What the form of a connection holds while it is edited: texts, as they are typed. */
import type { SingleSignOnSettings, SingleSignOnView } from "@berth/protocol/api";

export interface ConnectionDraft {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: string;
  readonly defaultRole: string;
  readonly isJustInTime: boolean;
  readonly isEmailTrusted: boolean;
  readonly isRequired: boolean;
  readonly externalIdClaim: string;
  readonly roleClaim: string;
  readonly roleMappings: readonly { readonly value: string; readonly role: string }[];
  readonly groupClaim: string;
  readonly sessionHours: number;
}

export function draftOf(connection: SingleSignOnView | null): ConnectionDraft {
  return {
    issuer: connection?.issuer ?? "",
    clientId: connection?.clientId ?? "",
    clientSecret: "",
    scopes: (connection?.scopes ?? ["openid", "email", "profile"]).join(" "),
    defaultRole: connection?.defaultRole ?? "member",
    isJustInTime: connection?.isJustInTime ?? true,
    isEmailTrusted: connection?.isEmailTrusted ?? false,
    isRequired: connection?.isRequired ?? false,
    externalIdClaim: connection?.externalIdClaim ?? "sub",
    roleClaim: connection?.roleClaim ?? "",
    roleMappings: connection?.roleMappings ?? [],
    groupClaim: connection?.groupClaim ?? "",
    sessionHours: connection?.sessionHours ?? 12,
  };
}

/** An empty secret is left out, so that the present one stays. */
export function settingsOf(draft: ConnectionDraft): SingleSignOnSettings {
  const { clientSecret, scopes, roleClaim, groupClaim, externalIdClaim, ...rest } = draft;
  const claim = (text: string) => (text.trim() === "" ? null : text.trim());
  return {
    ...rest,
    issuer: draft.issuer.trim(),
    clientId: draft.clientId.trim(),
    scopes: scopes.split(/\s+/).filter((scope) => scope !== ""),
    externalIdClaim: claim(externalIdClaim) ?? "sub",
    roleClaim: claim(roleClaim),
    groupClaim: claim(groupClaim),
    roleMappings: draft.roleMappings
      .map(({ value, role }) => ({ value: value.trim(), role }))
      .filter(({ value }) => value !== ""),
    ...(clientSecret === "" ? {} : { clientSecret }),
  };
}
