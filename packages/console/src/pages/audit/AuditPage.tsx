import { Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconDownload, IconListSearch } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type AuditSearch, auditQueryOf, filterNames } from "../../features/audit/audit-search.ts";
import { exportAddress } from "../../features/audit/export-address.ts";
import { useAuditEntries } from "../../features/audit/use-audit-entries.ts";
import { useAuditScope } from "../../features/audit/use-audit-scope.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { AnchorsSection } from "./AnchorsSection.tsx";
import { AuditFilters } from "./AuditFilters.tsx";
import { AuditTable } from "./AuditTable.tsx";
import { EntryDialog } from "./EntryDialog.tsx";

/** Who did what, and what apps were allowed: of the organization, or for operators of the whole host. */
export function AuditPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/shell/audit" });
  const navigate = useNavigate({ from: "/audit" });
  const scope = useAuditScope(search.scope);
  const { organization } = scope;
  const change = (next: AuditSearch) => void navigate({ search: next });
  return (
    <PageBody>
      <PageHeader
        title={t("audit.title")}
        subtitle={t(organization === null ? "audit.subtitleHost" : "audit.subtitle")}
        actions={
          organization !== undefined &&
          scope.canExport && <ExportButtons organization={organization} search={search} />
        }
      />
      {organization === undefined ? (
        <EmptyState icon={<IconListSearch size={20} />} title={t("audit.notAllowed")}>
          {t("audit.notAllowedBody")}
        </EmptyState>
      ) : (
        <Stack gap="md">
          {scope.canReadHost && scope.canReadOrganization && (
            <SegmentedControl
              aria-label={t("audit.scope")}
              value={search.scope ?? "organization"}
              onChange={(value) => change(value === "host" ? { scope: "host" } : {})}
              data={[
                { value: "organization", label: t("audit.ofOrganization") },
                { value: "host", label: t("audit.ofHost") },
              ]}
              w="fit-content"
            />
          )}
          {organization === null && <AnchorsSection />}
          <AuditFilters search={search} onChange={change} />
          <AuditEntries organization={organization} search={search} onChange={change} />
        </Stack>
      )}
    </PageBody>
  );
}

function ExportButtons({
  organization,
  search,
}: {
  readonly organization: string | null;
  readonly search: AuditSearch;
}) {
  const { t } = useTranslation();
  const filters = auditQueryOf(search);
  return (
    <Group gap="xs">
      <Button
        component="a"
        variant="default"
        leftSection={<IconDownload size={14} aria-hidden />}
        href={exportAddress(organization, "jsonl", {})}
        download
      >
        {t("audit.exportLog")}
      </Button>
      <Button
        component="a"
        variant="default"
        leftSection={<IconDownload size={14} aria-hidden />}
        href={exportAddress(organization, "csv", filters)}
        download
      >
        {t("audit.exportTable")}
      </Button>
    </Group>
  );
}

function AuditEntries({
  organization,
  search,
  onChange,
}: {
  readonly organization: string | null;
  readonly search: AuditSearch;
  readonly onChange: (next: AuditSearch) => void;
}) {
  const { t } = useTranslation();
  const query = useAuditEntries(organization, search);
  const { entry, ...rest } = search;
  const isFiltered = filterNames.some((name) => search[name] !== undefined);
  return (
    <>
      <QueryView query={query}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.entries);
          if (entries.length === 0) {
            return (
              <EmptyState
                icon={<IconListSearch size={20} />}
                title={t(isFiltered ? "audit.nothingFound" : "audit.empty")}
              >
                {t(isFiltered ? "audit.nothingFoundBody" : "audit.emptyBody")}
              </EmptyState>
            );
          }
          return (
            <>
              <AuditTable
                entries={entries}
                hasOrganizations={organization === null}
                onOpen={(index) => onChange({ ...rest, entry: index })}
              />
              <Group justify="space-between">
                <Text size="xs" c="dimmed" role="status">
                  {t("audit.shown", { count: entries.length })}
                </Text>
                {query.hasNextPage && (
                  <Button
                    variant="default"
                    loading={query.isFetchingNextPage}
                    onClick={() => void query.fetchNextPage()}
                  >
                    {t("audit.more")}
                  </Button>
                )}
              </Group>
            </>
          );
        }}
      </QueryView>
      {entry !== undefined && (
        <EntryDialog organization={organization} index={entry} onClose={() => onChange(rest)} />
      )}
    </>
  );
}
