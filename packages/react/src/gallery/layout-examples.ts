/** How a page is divided, and its words. */
import { example } from "./example.ts";

const tones = ["neutral", "info", "success", "warning", "danger"] as const;

export const layoutExamples = {
  Page: [
    example(
      "Page",
      { title: "Warehouse", subtitle: "Stock and orders of the north" },
      {
        children: [
          example("Text", { tone: "muted" }, { children: ["One page per address of the app."] }),
        ],
        isWide: true,
      },
    ),
  ],
  Grid: [
    example(
      "Grid",
      { columns: 4 },
      {
        children: [
          example("Stat", { label: "Shelves", value: "64" }),
          example("Stat", { label: "Bays", value: "1,280" }),
          example("Stat", { label: "Free", value: "212", tone: "success", detail: "16.6%" }),
          example("Stat", { label: "Blocked", value: "9", tone: "danger", detail: "+2 today" }),
        ],
        isWide: true,
      },
    ),
  ],
  Card: [
    example(
      "Card",
      { title: "Delivery SO-1041" },
      {
        children: [
          example("Text", {}, { children: ["Two pallets, due on Thursday before noon."] }),
          example("Button", { size: "sm" }, { children: ["Details"] }),
        ],
      },
    ),
  ],
  Stack: [
    example(
      "Stack",
      { direction: "horizontal", gap: "sm", isWrapping: true },
      {
        children: ["One", "beside", "the other"].map((words) =>
          example("Badge", { tone: "info" }, { children: [words] }),
        ),
      },
    ),
    example(
      "Stack",
      { gap: "xs" },
      {
        children: ["Or beneath it,", "at any of six distances."].map((words) =>
          example("Text", {}, { children: [words] }),
        ),
      },
    ),
  ],
  Divider: [example("Divider", {}), example("Divider", { label: "Earlier" })],
  Text: [
    example("Text", { size: "lg", weight: "medium" }, { children: ["312 orders, 4 late"] }),
    example(
      "Text",
      {},
      { children: ["Running text wraps where it must, at the size of the page."] },
    ),
    example("Text", { tone: "muted", size: "sm" }, { children: ["Said beside, small and muted."] }),
    example("Text", { tone: "danger" }, { children: ["What is wrong, in words."] }),
    example(
      "Text",
      { isMonospace: true, isTruncated: true },
      { children: [`sha256:${"9f86d081".repeat(20)}`] },
    ),
  ],
  Heading: [
    example("Heading", { level: 2 }, { children: ["Orders"] }),
    example("Heading", { level: 3 }, { children: ["Of this week"] }),
    example("Heading", { level: 4 }, { children: ["Without an invoice"] }),
  ],
  Badge: [
    example(
      "Stack",
      { direction: "horizontal", gap: "sm", isWrapping: true },
      { children: tones.map((tone) => example("Badge", { tone }, { children: [tone] })) },
    ),
  ],
};
