import type { SessionView } from "@berth/protocol/api";
import { createContext } from "react";

export type OrganizationOfSession = SessionView["organizations"][number];

export interface SignedIn {
  readonly session: SessionView;
  /** The organization whose installations are shown; undefined for someone in none. */
  readonly organization: OrganizationOfSession | undefined;
  readonly switchOrganization: (slug: string) => void;
}

export const SignedInContext = createContext<SignedIn | null>(null);
