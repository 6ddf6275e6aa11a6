import type { AuditProofView } from "@berth/protocol/api";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useApi } from "../api/use-api.ts";
import { checkProof, type ProofVerdict } from "./check-proof.ts";

export interface CheckedEntry extends AuditProofView {
  readonly verdict: ProofVerdict;
}

/** One entry with its proof, checked here. @param organization - null: of the whole host */
export function useAuditProof(
  organization: string | null,
  index: number,
): UseQueryResult<CheckedEntry> {
  const api = useApi();
  return useQuery({
    queryKey: ["audit", organization, "entry", index],
    queryFn: async ({ signal }) => {
      const [proven, log] = await Promise.all([
        organization === null
          ? api.call("getHostAuditEntry", { params: { index } }, { signal })
          : api.call("getAuditEntry", { params: { organization, index } }, { signal }),
        api.call("getAuditLog", {}, { signal }),
      ]);
      const vkeys = log.vkeys.map(({ vkey }) => vkey);
      return { ...proven, verdict: await checkProof(proven, { vkeys, subtle: crypto.subtle }) };
    },
  });
}
