import { SegmentedControl, Stack } from "@mantine/core";
import { IconGavel } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type PolicyOwner, policyKey } from "../../features/policies/policy-owner.ts";
import { usePolicies } from "../../features/policies/use-policies.ts";
import { useSignedIn } from "../../features/session/use-signed-in.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { ExplainSection } from "./ExplainSection.tsx";
import { HistorySection } from "./HistorySection.tsx";
import { PolicyEditor } from "./PolicyEditor.tsx";

const route = getRouteApi("/shell/policies");

/** The organization's policies, and for operators the host's. */
export function PoliciesPage() {
  const { t } = useTranslation();
  const { session, organization } = useSignedIn();
  const { whose } = route.useSearch();
  const navigate = route.useNavigate();
  const readsOwn = organization?.permissions.includes("policies.read") === true;
  const readsHost = session.operatorPermissions.includes("policies.read");
  const isHost = readsHost && (whose === "operator" || !readsOwn);
  const owner: PolicyOwner | undefined = isHost
    ? { kind: "operator" }
    : readsOwn
      ? { kind: "organization", slug: organization.slug }
      : undefined;
  return (
    <PageBody>
      <PageHeader
        title={t("policies.title")}
        subtitle={t("policies.subtitle")}
        actions={
          readsHost &&
          readsOwn && (
            <SegmentedControl
              aria-label={t("policies.whose")}
              value={isHost ? "operator" : "organization"}
              onChange={(value) =>
                void navigate({ search: value === "operator" ? { whose: "operator" } : {} })
              }
              data={[
                { value: "organization", label: organization.name },
                { value: "operator", label: t("policies.host") },
              ]}
            />
          )
        }
      />
      {owner === undefined ? (
        <EmptyState icon={<IconGavel size={28} />} title={t("policies.forbidden")}>
          {t("policies.forbiddenBody")}
        </EmptyState>
      ) : (
        // What was written for one is not for the other.
        <OwnedPolicies key={policyKey(owner).join(" ")} owner={owner} />
      )}
    </PageBody>
  );
}

function OwnedPolicies({ owner }: { readonly owner: PolicyOwner }) {
  const { session, organization } = useSignedIn();
  const policies = usePolicies(owner);
  const permissions =
    owner.kind === "operator" ? session.operatorPermissions : (organization?.permissions ?? []);
  const canManage = (permissions as readonly string[]).includes("policies.manage");
  return (
    <QueryView query={policies}>
      {(found) => (
        <Stack gap="md">
          <PolicyEditor {...{ owner, policies: found, canManage }} />
          <HistorySection {...{ owner, policies: found, canManage }} />
          {owner.kind === "organization" && <ExplainSection />}
        </Stack>
      )}
    </QueryView>
  );
}
