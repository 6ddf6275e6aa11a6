/** Documents, code, pictures and what is ordered. */
import { example } from "./example.ts";
import { samplePicture } from "./sample-picture.ts";

const release = `## Release 2.4

Orders can now be **split** by dock. See the [notes](https://example.com/notes) and \`split()\`.

- Two docks at a time
- Labels in *both* languages

> Printers of before 2019 need the old template.

| Dock | Orders |
|---|---|
| North | 820 |
| South | 640 |
`;

export const contentExamples = {
  Tabs: [
    example(
      "Tabs",
      {
        label: "Order",
        value: "lines",
        tabs: [
          { value: "lines", label: "Lines" },
          { value: "history", label: "History" },
          { value: "invoice", label: "Invoice" },
        ],
      },
      { children: [example("Text", {}, { children: ["What the app draws for the tab."] })] },
    ),
  ],
  List: [
    example(
      "List",
      {
        label: "Next deliveries",
        items: [
          { id: "a", title: "Aurora Foods", description: "Dock 2, two pallets", detail: "09:30" },
          { id: "b", title: "Bright Mills", description: "Dock 1", detail: "11:00" },
          { id: "c", title: "Cedar & Sons", detail: "14:15" },
        ],
      },
      { hears: ["choose"] },
    ),
  ],
  Tree: [
    example(
      "Tree",
      {
        label: "Folders",
        value: "north",
        items: [
          { id: "stock", label: "Stock", level: 1, isOpen: true },
          { id: "north", label: "North", level: 2, isOpen: true, detail: "820" },
          { id: "shelf", label: "Shelves", level: 3, detail: "64" },
          { id: "bays", label: "Bays", level: 3, detail: "756" },
          { id: "south", label: "South", level: 2, detail: "640" },
          { id: "cold", label: "Cold room", level: 3, detail: "12" },
          { id: "orders", label: "Orders", level: 1 },
          { id: "late", label: "Late", level: 2, detail: "4" },
        ],
      },
      { hears: ["choose", "toggle"] },
    ),
  ],
  Image: [
    example("Image", {
      source: samplePicture,
      label: "Three ridges of hills under a low sun",
      caption: "The valley from dock 4",
      isRounded: true,
    }),
  ],
  Code: [
    example("Code", {
      label: "How an order is read",
      language: "JavaScript",
      code: 'const answer = await view.fetch("/api/orders?limit=20");\nconst { orders } = await answer.json();\n',
    }),
  ],
  Markdown: [example("Markdown", { source: release }, { hears: ["link"] })],
};
