import type { PasskeyView } from "@berth/protocol/api";
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useToast } from "../../ui/use-toast.ts";
import { useApi } from "../api/use-api.ts";
import type { StepUp } from "./use-step-up.ts";
import { createPasskey } from "./webauthn.ts";

const passkeysKey = ["passkeys"] as const;

export function usePasskeys(): UseQueryResult<readonly PasskeyView[]> {
  const api = useApi();
  return useQuery({
    queryKey: passkeysKey,
    queryFn: async ({ signal }) => (await api.call("listPasskeys", {}, { signal })).passkeys,
  });
}

/** By the name that it shall have. */
export function useAddPasskey({ run }: StepUp): UseMutationResult<PasskeyView, Error, string> {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (name) => {
      const options = await run(() => api.call("beginPasskey"));
      const response = await createPasskey(options);
      return api.call("addPasskey", { body: { name, response } });
    },
    onSuccess: () => cache.invalidateQueries({ queryKey: passkeysKey }),
  });
}

export function useDeletePasskey({ run }: StepUp): UseMutationResult<undefined, Error, string> {
  const api = useApi();
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: (passkey) => run(() => api.call("deletePasskey", { params: { passkey } })),
    onSuccess: async () => {
      toast.success(t("passkeys.removed"));
      await cache.invalidateQueries({ queryKey: passkeysKey });
    },
    onError: (error) => toast.failure(error),
  });
}
