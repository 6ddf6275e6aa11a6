/** Remembers, in this browser, which organization someone in several looked at last. */
import type { SessionView } from "@berth/protocol/api";
import type { OrganizationOfSession } from "./SignedInContext.ts";

const storageKey = "berth.organization";

/** The wanted one when they are in it, else the remembered one, else their first. */
export function chooseOrganization(
  session: SessionView,
  wanted: string | undefined,
): OrganizationOfSession | undefined {
  const bySlug = (slug: string | null | undefined) =>
    session.organizations.find((organization) => organization.slug === slug);
  return bySlug(wanted) ?? bySlug(readRemembered()) ?? session.organizations[0];
}

export function rememberOrganization(slug: string): void {
  try {
    localStorage.setItem(storageKey, slug);
  } catch {
    // Storage may be forbidden by the browser: the choice then lasts as long as the page.
  }
}

function readRemembered(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    // Storage may be forbidden by the browser: the first organization is then shown.
    return null;
  }
}
