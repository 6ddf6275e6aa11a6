import type { SessionView } from "@berth/protocol/api";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import {
  chooseOrganization,
  rememberOrganization,
} from "../../features/session/chosen-organization.ts";
import type { SignedIn } from "../../features/session/SignedInContext.ts";

/** The organization that is shown, and how to show another. */
export function useOrganizationChoice(session: SessionView): Omit<SignedIn, "session"> {
  const { organization: wanted } = useSearch({ strict: false });
  const [chosen, setChosen] = useState<string>();
  const navigate = useNavigate();
  const cache = useQueryClient();

  const switchOrganization = useCallback(
    (slug: string) => {
      rememberOrganization(slug);
      setChosen(slug);
      cache.removeQueries({ queryKey: ["installation"] });
      const next = session.organizations.find((organization) => organization.slug === slug);
      void navigate({ to: next?.permissions.includes("apps.read") ? "/installed" : "/" });
    },
    [navigate, cache, session],
  );
  return { organization: chooseOrganization(session, wanted ?? chosen), switchOrganization };
}
