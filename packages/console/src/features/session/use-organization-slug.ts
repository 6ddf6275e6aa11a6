import { BerthError } from "@berth/protocol";
import { useSignedIn } from "./use-signed-in.ts";

/**
 * The organization that is shown, for calls that name one.
 *
 * @throws BerthError ORGANIZATION_NOT_FOUND for someone who is in none; the page's boundary says so
 */
export function useOrganizationSlug(): string {
  const { organization } = useSignedIn();
  if (organization) return organization.slug;
  throw new BerthError(
    "ORGANIZATION_NOT_FOUND",
    "You are in no organization yet; ask an administrator to add you to one.",
  );
}
