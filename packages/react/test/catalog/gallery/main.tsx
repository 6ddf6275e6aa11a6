/** Hydrates what the server has drawn, under StrictMode. */
import "@berth/react/styles.css";
import { StrictMode } from "react";
import { hydrateRoot } from "react-dom/client";
import { Gallery } from "./Gallery.tsx";
import { readGalleryProps } from "./gallery-props.ts";

hydrateRoot(
  document.body,
  <StrictMode>
    <main>
      <Gallery {...readGalleryProps(location.search)} />
    </main>
  </StrictMode>,
);
