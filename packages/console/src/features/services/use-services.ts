import {
  organizationPermissions,
  permissionsOfPublisherRole,
  type ServiceView,
} from "@berth/protocol/api";
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useToast } from "../../ui/use-toast.ts";
import { useApi } from "../api/use-api.ts";
import { useSignedIn } from "../session/use-signed-in.ts";
import { type ServiceCalls, type ServiceOwner, serviceCalls } from "./service-calls.ts";

function servicesKey(owner: ServiceOwner): readonly string[] {
  return ["services", owner.kind, owner.kind === "organization" ? owner.slug : owner.name];
}

export function useServices(owner: ServiceOwner): UseQueryResult<readonly ServiceView[]> {
  const api = useApi();
  return useQuery({
    queryKey: servicesKey(owner),
    queryFn: ({ signal }) => serviceCalls(api, owner).list(signal),
  });
}

export interface ServiceActOptions {
  /** Said when it is done. */
  readonly done?: string;
  /** For a form that shows the error beside what was typed. */
  readonly isErrorShown?: boolean;
}

/** One act on service principals. An answer may hold a key's secret: no cache keeps it. */
export function useServiceAct<Input, Output>(
  owner: ServiceOwner,
  act: (calls: ServiceCalls, input: Input) => Promise<Output>,
  { done, isErrorShown = false }: ServiceActOptions = {},
): UseMutationResult<Output, Error, Input> {
  const api = useApi();
  const cache = useQueryClient();
  const toast = useToast();
  return useMutation({
    gcTime: 0,
    mutationFn: (input) => act(serviceCalls(api, owner), input),
    onSuccess: () => {
      if (done !== undefined) toast.success(done);
    },
    onError: (error) => {
      if (!isErrorShown) toast.failure(error);
    },
    onSettled: () => cache.invalidateQueries({ queryKey: servicesKey(owner) }),
  });
}

/** What one holds there oneself, of what can be given to a service principal. */
export function useHeldThere(owner: ServiceOwner): readonly string[] {
  const { session, organization } = useSignedIn();
  if (owner.kind === "organization") {
    const held: readonly string[] = organization?.permissions ?? [];
    return Object.keys(organizationPermissions).filter((name) => held.includes(name));
  }
  const role = session.publishers.find(({ name }) => name === owner.name)?.role;
  return role === undefined ? [] : [...permissionsOfPublisherRole[role]];
}
