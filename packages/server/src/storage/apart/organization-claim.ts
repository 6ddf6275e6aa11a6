/**
 * What a transaction says to be about one organization: `berth.organization = '<id> <proof>'`.
 *
 * Any login may set that setting, so the database believes it only with a proof that is made from a
 * secret which the serving login cannot read. SQL that somebody manages to inject can therefore read
 * the claim of its own transaction, and make none for another organization. A claim is sent as a value
 * and never in a statement's text, which all connections of one login see of each other.
 *
 * proof = SHA-256(secret ‖ SHA-256(secret ‖ id)): a hash that is no prefix of another, in functions
 * that both sides have (NMAC's shape; Bellare, Canetti, Krawczyk 1996).
 */
import { createHash } from "node:crypto";

export const claimSetting = "berth.organization";

const sha256 = (...parts: readonly Uint8Array[]) =>
  createHash("sha256").update(Buffer.concat(parts)).digest();

export function claimOf(secret: Uint8Array, organizationId: string): string {
  // A space parts the two; an id with one would be another's.
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(organizationId)) return "";
  const proof = sha256(secret, sha256(secret, Buffer.from(organizationId)));
  return `${organizationId} ${proof.toString("hex")}`;
}

/** The organization of this transaction, or null. The database's side of `claimOf`. */
export function organizationFunction(schema: string): string {
  const safe = `"${schema.replaceAll('"', '""')}"`;
  // PL/pgSQL, since it keeps its plans: half of what SQL takes, at every statement.
  return `
create or replace function berth_organization() returns text
language plpgsql stable security definer set search_path = pg_catalog, ${safe}, pg_temp as $body$
declare
  claim text := current_setting('${claimSetting}', true);
  wanted text := split_part(claim, ' ', 1);
  kept bytea;
begin
  select secret into kept from row_security_secret;
  if split_part(claim, ' ', 2) =
    encode(sha256(kept || sha256(kept || convert_to(wanted, 'UTF8'))), 'hex') then
    return wanted;
  end if;
  return null;
end
$body$`;
}
