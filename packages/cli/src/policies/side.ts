/**
 * Whose policies a command is about: an organization's or the operator's. The API has the same routes
 * for both, under two names; here they are one set of calls.
 */
import type {
  ApiRoutes,
  PoliciesView,
  PolicyTrialView,
  PolicyVersionView,
  RouteOutput,
} from "@berth/protocol/api";
import { connect } from "../connection/connect.ts";
import { resolveOrganization } from "../connection/organization.ts";
import type { CliContext } from "../context.ts";

export interface SideOptions {
  readonly org?: string;
  readonly operator?: boolean;
}

export const sideOptions = [
  { flags: "--org <slug>", description: "whose policies; default: your only one" },
  { flags: "--operator", description: "the operator's policies, which hold for everybody" },
] as const;

type PolicyVersionDetail = RouteOutput<ApiRoutes["getOperatorPolicyVersion"]>;

export interface Change {
  /** The version that was seen in force; 0 for none. */
  readonly version: number;
  readonly note?: string;
}

export interface PolicySide {
  /** For sentences: `acme's`, `the operator's`. */
  readonly whose: string;
  read(): Promise<PoliciesView>;
  readVersion(version: number): Promise<PolicyVersionDetail>;
  tryText(text: string, hours: number): Promise<PolicyTrialView>;
  /** Over the draft of that revision; 0 for none. */
  saveDraft(text: string, revision: number): Promise<{ readonly revision: number }>;
  publish(change: Change & { readonly revision: number }): Promise<PolicyVersionView>;
  rollBack(change: Change & { readonly to: number }): Promise<PolicyVersionView>;
}

/** @throws ORGANIZATION_NOT_FOUND, OPTION_INVALID */
export async function openSide(
  context: CliContext,
  { operator, org }: SideOptions,
): Promise<PolicySide> {
  const connection = await connect(context);
  const { client } = connection;
  const { signal } = context;
  if (operator === true) {
    return {
      whose: "the operator's",
      read: () => client.call("getOperatorPolicies", {}, { signal }),
      readVersion: (version) =>
        client.call("getOperatorPolicyVersion", { params: { version } }, { signal }),
      tryText: (text, hours) =>
        client.call("tryOperatorPolicies", { body: { text, hours } }, { signal }),
      saveDraft: (text, revision) =>
        client.call("saveOperatorPolicyDraft", { body: { text, revision } }, { signal }),
      publish: (body) => client.call("publishOperatorPolicies", { body }, { signal }),
      rollBack: (body) => client.call("rollBackOperatorPolicies", { body }, { signal }),
    };
  }
  const organization = await resolveOrganization(context, connection, org);
  const params = { organization };
  return {
    whose: `${organization}'s`,
    read: () => client.call("getOrganizationPolicies", { params }, { signal }),
    readVersion: (version) =>
      client.call("getOrganizationPolicyVersion", { params: { ...params, version } }, { signal }),
    tryText: (text, hours) =>
      client.call("tryOrganizationPolicies", { params, body: { text, hours } }, { signal }),
    saveDraft: (text, revision) =>
      client.call("saveOrganizationPolicyDraft", { params, body: { text, revision } }, { signal }),
    publish: (body) => client.call("publishOrganizationPolicies", { params, body }, { signal }),
    rollBack: (body) => client.call("rollBackOrganizationPolicies", { params, body }, { signal }),
  };
}
