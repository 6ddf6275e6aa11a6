import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useToast } from "../../ui/use-toast.ts";
import { useApi } from "../api/use-api.ts";

export function useDeleteApiKey(): UseMutationResult<undefined, Error, string> {
  const api = useApi();
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: (key) => api.call("deleteApiKey", { params: { key } }),
    onSuccess: async () => {
      toast.success(t("apiKeys.revoked"));
      await cache.invalidateQueries({ queryKey: ["api-keys"] });
    },
    onError: (error) => toast.failure(error),
  });
}
