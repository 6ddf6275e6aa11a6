import { CloseButton, SimpleGrid, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconBuildingStore, IconSearch } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useApps } from "../../features/apps/use-apps.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { LoadingRows } from "../../ui/LoadingRows.tsx";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import { QueryView } from "../../ui/QueryView.tsx";
import { AppCard } from "./AppCard.tsx";

const typingMs = 200;

export function MarketplacePage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { search = "" } = useSearch({ from: "/shell/" });
  const [text, setText] = useState(search);
  const [shownFor, setShownFor] = useState(search);
  const [settled] = useDebouncedValue(search, typingMs);
  const apps = useApps(settled);

  // Going to the bare address, as the menu does, empties the field with it.
  if (search !== shownFor) {
    setShownFor(search);
    if (search === "") setText("");
  }
  // At every keystroke: a navigation that came later would take back one made meanwhile.
  const type = (typed: string) => {
    setText(typed);
    const wanted = typed.trim();
    void navigate({ to: "/", search: wanted === "" ? {} : { search: wanted }, replace: true });
  };

  return (
    <PageBody>
      <PageHeader title={t("marketplace.title")} subtitle={t("marketplace.subtitle")} />
      <TextInput
        type="search"
        mb="md"
        maw={420}
        aria-label={t("marketplace.search")}
        placeholder={t("marketplace.search")}
        maxLength={200}
        leftSection={<IconSearch size={15} aria-hidden />}
        value={text}
        onChange={(event) => type(event.currentTarget.value)}
        rightSection={
          text === "" ? null : (
            <CloseButton size="sm" aria-label={t("actions.clear")} onClick={() => type("")} />
          )
        }
      />
      <QueryView query={apps} loading={<LoadingRows count={3} height={110} />}>
        {(found) => (
          <>
            <Text role="status" className="visually-hidden">
              {t("marketplace.found", { count: found.length })}
            </Text>
            {found.length === 0 ? (
              <EmptyState
                icon={<IconBuildingStore size={20} />}
                title={settled === "" ? t("marketplace.empty") : t("marketplace.nothing")}
              >
                {settled === ""
                  ? t("marketplace.emptyBody")
                  : t("marketplace.nothingBody", { search: settled })}
              </EmptyState>
            ) : (
              <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="sm" component="ul" p={0} m={0}>
                {found.map((app) => (
                  <AppCard key={app.app} app={app} />
                ))}
              </SimpleGrid>
            )}
          </>
        )}
      </QueryView>
    </PageBody>
  );
}
