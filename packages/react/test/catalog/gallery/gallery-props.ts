import type { GalleryPart, GalleryProps } from "./Gallery.tsx";

const parts: readonly GalleryPart[] = ["figures", "details", "notices", "dialog", "catalog"];

/** The same on the server and in the page, from the address. */
export function readGalleryProps(search: string): GalleryProps {
  const query = new URLSearchParams(search);
  return {
    theme: query.get("theme") === "dark" ? "dark" : "light",
    density: query.get("density") === "compact" ? "compact" : "comfortable",
    locale: query.get("locale") ?? "en-US",
    timeZone: query.get("zone") ?? "UTC",
    part: parts.find((part) => part === query.get("part")),
  };
}
