/** What says how things stand, and what stands over the page for a while. */
import { example } from "./example.ts";

const details = [
  example("Text", {}, { children: ["Two lines, $421.00, placed on 12 March."] }),
  example("TextField", { label: "Reason", value: "" }),
];

export const noticeExamples = {
  Alert: [
    example(
      "Alert",
      { tone: "info", title: "Prices changed" },
      { children: ["Seven orders were counted anew."], hears: ["close"] },
    ),
    example("Alert", { tone: "warning" }, { children: ["The scale of dock 2 does not answer."] }),
    example("Alert", { tone: "danger" }, { children: ["SO-1044 could not be printed."] }),
  ],
  EmptyState: [
    example(
      "EmptyState",
      { title: "No drafts", description: "Drafts that you save appear here." },
      { children: [example("Button", {}, { children: ["New draft"], hears: ["press"] })] },
    ),
  ],
  Progress: [
    example("Progress", { label: "Imported", value: 64, detail: "6,400 of 10,000" }),
    example("Progress", { label: "Storage", value: 92, tone: "warning" }),
    example("Progress", { label: "Waiting for the carrier", value: null }),
  ],
  Spinner: [example("Spinner", { label: "Loading orders" })],
  Toast: [
    example(
      "Toast",
      { message: "SO-1041 was archived.", tone: "success", actionLabel: "Undo" },
      { hears: ["press", "close"] },
    ),
  ],
  Modal: [
    example(
      "Modal",
      { title: "Cancel SO-1041?", isOpen: false },
      { children: details, hears: ["close"] },
    ),
  ],
  Drawer: [
    example(
      "Drawer",
      { title: "Order SO-1041", isOpen: false },
      { children: details, hears: ["close"] },
    ),
  ],
};
