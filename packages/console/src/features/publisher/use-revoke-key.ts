import type { KeyView } from "@berth/protocol/api";
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useToast } from "../../ui/use-toast.ts";
import { useApi } from "../api/use-api.ts";

export function useRevokeKey(publisher: string): UseMutationResult<KeyView, Error, string> {
  const api = useApi();
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: (keyId) => api.call("revokePublisherKey", { params: { publisher, keyId } }),
    onSuccess: async ({ label }) => {
      toast.success(t("keys.revokedDone", { label }));
      await cache.invalidateQueries({ queryKey: ["publisher", publisher] });
    },
    onError: (error) => toast.failure(error),
  });
}
