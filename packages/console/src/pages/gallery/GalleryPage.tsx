import { CatalogProvider } from "@berth/react/catalog";
import { Gallery } from "@berth/react/gallery";
import { Group, SegmentedControl, useComputedColorScheme } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PageBody } from "../../ui/PageBody.tsx";
import { PageHeader } from "../../ui/PageHeader.tsx";
import classes from "./GalleryPage.module.css";

/** Every component that a view may draw, as it looks in this console. */
export function GalleryPage() {
  const { t, i18n } = useTranslation();
  const scheme = useComputedColorScheme("light");
  const [density, setDensity] = useState<"comfortable" | "compact">("comfortable");
  const [direction, setDirection] = useState<"ltr" | "rtl">("ltr");
  return (
    <PageBody>
      <PageHeader
        title={t("gallery.title")}
        subtitle={t("gallery.subtitle")}
        back={{ to: "/publisher", label: t("nav.publisher") }}
        actions={
          <Group gap="xs">
            <SegmentedControl
              size="xs"
              aria-label={t("gallery.density")}
              value={density}
              onChange={setDensity}
              data={[
                { value: "comfortable", label: t("gallery.comfortable") },
                { value: "compact", label: t("gallery.compact") },
              ]}
            />
            <SegmentedControl
              size="xs"
              aria-label={t("gallery.direction")}
              value={direction}
              onChange={setDirection}
              data={[
                { value: "ltr", label: t("gallery.ltr") },
                { value: "rtl", label: t("gallery.rtl") },
              ]}
            />
          </Group>
        }
      />
      <div className={classes.root}>
        <CatalogProvider
          theme={scheme}
          density={density}
          direction={direction}
          locale={i18n.language}
          appName={t("gallery.title")}
        >
          <Gallery
            words={{
              groups: {
                layout: t("gallery.groups.layout"),
                entry: t("gallery.groups.entry"),
                figures: t("gallery.groups.figures"),
                content: t("gallery.groups.content"),
                notices: t("gallery.groups.notices"),
              },
              open: (name) => t("gallery.open", { name }),
            }}
          />
        </CatalogProvider>
      </div>
    </PageBody>
  );
}
