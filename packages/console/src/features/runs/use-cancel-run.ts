import type { RunView } from "@berth/protocol/api";
import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useToast } from "../../ui/use-toast.ts";
import { useApi } from "../api/use-api.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";

/** Asks for an install to be taken back; the run's own stream then tells how that goes. */
export function useCancelRun(run: string): UseMutationResult<RunView, Error, void> {
  const api = useApi();
  const organization = useOrganizationSlug();
  const toast = useToast();
  return useMutation({
    mutationFn: () => api.call("cancelRun", { params: { organization, run } }),
    onError: (error) => toast.failure(error),
  });
}
