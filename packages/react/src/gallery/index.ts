export type { GalleryExample } from "./example.ts";
export { type GalleryGroup, galleryExamples } from "./examples.ts";
export { Gallery, type GalleryProps, type GalleryWords, galleryWords } from "./Gallery.tsx";
