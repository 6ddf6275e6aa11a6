/**
 * The console's colours: one accent, neutral greys, and three tones that mean something.
 *
 * Contrast: shade 7 of each hue carries white text at 4.5:1 or better; `dark[2]` and `gray[6]`
 * are the dimmest greys that text may have on their scheme's background.
 */
import type { MantineColorsTuple } from "@mantine/core";

export const tide: MantineColorsTuple = [
  ...(["#eaf6f8", "#d5ecf0", "#a9dae2", "#79c5d1", "#4fb1c0"] as const),
  ...(["#2e9dae", "#1a8697", "#0f7081", "#0c5b69", "#094550"] as const),
];
export const gray: MantineColorsTuple = [
  ...(["#fafafa", "#f4f4f5", "#ebebed", "#e0e1e4", "#cdced3"] as const),
  ...(["#9a9da6", "#5f636d", "#474a52", "#303338", "#1b1c20"] as const),
];
export const dark: MantineColorsTuple = [
  ...(["#e7e8eb", "#bdc0c7", "#9a9ea8", "#81858f", "#303238"] as const),
  ...(["#26282d", "#1a1b1f", "#111214", "#0c0d0f", "#070809"] as const),
];
export const green: MantineColorsTuple = [
  ...(["#e9f7ef", "#d0eddc", "#a3dcbb", "#72c997", "#48b679"] as const),
  ...(["#2ba262", "#1d8a51", "#157342", "#105c35", "#0b4527"] as const),
];
export const red: MantineColorsTuple = [
  ...(["#fdeeee", "#fadada", "#f4b3b3", "#ee8c8c", "#ea7070"] as const),
  ...(["#dd4b4b", "#cc3636", "#b32727", "#921f1f", "#6f1717"] as const),
];
export const amber: MantineColorsTuple = [
  ...(["#fdf5e3", "#fae8c1", "#f4d28a", "#edbb53", "#e2a42b"] as const),
  ...(["#c98a14", "#a86f0b", "#8a5907", "#6e4706", "#523504"] as const),
];
