import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useApi } from "../../features/api/use-api.ts";
import { useOrganizationSlug } from "../../features/session/use-organization-slug.ts";
import { useToast } from "../../ui/use-toast.ts";

/** Begins an uninstall; its run can then be followed. */
export function useUninstall(
  installation: string,
): UseMutationResult<{ run: string }, Error, void> {
  const api = useApi();
  const organization = useOrganizationSlug();
  const toast = useToast();
  return useMutation({
    mutationFn: () => api.call("uninstall", { params: { organization, installation } }),
    onError: (error) => toast.failure(error),
  });
}
