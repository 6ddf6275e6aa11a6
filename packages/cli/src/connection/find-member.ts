/** A member or a role of an organization, by id or by what people call it. */
import { BerthError } from "@berth/protocol";
import type { MemberView, RoleView } from "@berth/protocol/api";
import type { CliContext } from "../context.ts";
import type { Connection } from "./connect.ts";

/** By id or e-mail address. @throws BerthError MEMBER_NOT_FOUND */
export async function findMember(
  { client }: Connection,
  { signal }: CliContext,
  { organization, wanted }: { readonly organization: string; readonly wanted: string },
): Promise<MemberView> {
  const params = { organization };
  const { members } = await client.call("listMembers", { params }, { signal });
  const found = members.find(
    ({ id, person }) => id === wanted || person.email === wanted.toLowerCase(),
  );
  if (found !== undefined) return found;
  throw new BerthError(
    "MEMBER_NOT_FOUND",
    `${JSON.stringify(wanted)} is no member of ${organization}; \`berth members list\` shows addresses and ids.`,
  );
}

/** By id or name. @throws BerthError ROLE_NOT_FOUND */
export async function findRole(
  { client }: Connection,
  { signal }: CliContext,
  { organization, wanted }: { readonly organization: string; readonly wanted: string },
): Promise<RoleView> {
  const { roles } = await client.call("listRoles", { params: { organization } }, { signal });
  const found =
    roles.find(({ id }) => id === wanted) ??
    roles.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (found !== undefined) return found;
  throw new BerthError(
    "ROLE_NOT_FOUND",
    `${JSON.stringify(wanted)} is no role of ${organization}; there are ${roles.map(({ name }) => name).join(", ")}.`,
  );
}
