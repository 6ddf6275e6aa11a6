import type { PasskeyView } from "@berth/protocol/api";
import {
  type QueryClient,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useToast } from "../../ui/use-toast.ts";
import { useApi } from "../api/use-api.ts";
import { secondFactorKey } from "./use-second-factor.ts";
import type { StepUp } from "./use-step-up.ts";
import { createPasskey } from "./webauthn.ts";

const passkeysKey = ["passkeys"] as const;

/** One more or one fewer: whether there is a second factor may have changed, too. */
async function forget(cache: QueryClient): Promise<void> {
  await Promise.all([
    cache.invalidateQueries({ queryKey: passkeysKey }),
    cache.invalidateQueries({ queryKey: secondFactorKey }),
  ]);
}

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
    onSuccess: () => forget(cache),
  });
}

export interface NewName {
  readonly passkey: string;
  readonly name: string;
}

export function useRenamePasskey(): UseMutationResult<PasskeyView, Error, NewName> {
  const api = useApi();
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: ({ passkey, name }) =>
      api.call("renamePasskey", { params: { passkey }, body: { name } }),
    onSuccess: async () => {
      toast.success(t("passkeys.renamed"));
      await cache.invalidateQueries({ queryKey: passkeysKey });
    },
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
      await forget(cache);
    },
    onError: (error) => toast.failure(error),
  });
}
