/** What a reader presses, fills in and sends. */
import { example } from "./example.ts";

const regions = ["North", "South", "East", "West"].map((label) => ({
  value: label.toLowerCase(),
  label,
}));

export const entryExamples = {
  Button: [
    example(
      "Stack",
      { direction: "horizontal", gap: "sm", isWrapping: true },
      {
        children: [
          example("Button", { variant: "primary" }, { children: ["Create"], hears: ["press"] }),
          example("Button", {}, { children: ["Edit"], hears: ["press"] }),
          example("Button", { variant: "subtle" }, { children: ["Skip"], hears: ["press"] }),
          example("Button", { variant: "danger" }, { children: ["Delete"], hears: ["press"] }),
          example("Button", { isLoading: true }, { children: ["Saving"] }),
          example("Button", { isDisabled: true }, { children: ["Archive"] }),
        ],
      },
    ),
  ],
  Menu: [
    example(
      "Menu",
      {
        label: "Actions",
        items: [
          { value: "edit", label: "Edit" },
          { value: "duplicate", label: "Duplicate" },
          { value: "archive", label: "Archive", isDisabled: true },
          { value: "delete", label: "Delete", isDangerous: true },
        ],
      },
      { hears: ["choose"] },
    ),
    example(
      "Menu",
      {
        label: "More of SO-1041",
        isLabelHidden: true,
        items: [
          { value: "print", label: "Print" },
          { value: "share", label: "Share" },
        ],
      },
      { hears: ["choose"] },
    ),
  ],
  DownloadButton: [
    example("DownloadButton", {
      label: "Export",
      fileName: "orders.csv",
      mediaType: "text/csv",
      content: "order,total\nSO-1040,120\n",
    }),
  ],
  TextField: [
    example("TextField", {
      label: "Customer",
      value: "Aurora Foods",
      description: "As on the invoice",
    }),
    example("TextField", {
      label: "Email",
      type: "email",
      value: "ana@",
      error: "This is no address.",
    }),
    example("TextField", { label: "Note", value: "", rows: 2, placeholder: "For the warehouse" }),
  ],
  DateField: [
    example("DateField", { label: "Delivery", value: "2026-11-22", min: "2026-11-05" }),
    example("DateField", { label: "Invoice", value: null, isRequired: true }),
  ],
  RadioGroup: [
    example("RadioGroup", {
      label: "Shipping",
      value: "road",
      options: [
        { value: "road", label: "By road, two days" },
        { value: "air", label: "By air, tomorrow" },
      ],
    }),
    example("RadioGroup", {
      label: "Side",
      value: null,
      direction: "horizontal",
      options: regions.slice(0, 3),
    }),
  ],
  NumberField: [example("NumberField", { label: "Quantity", value: 12, min: 1, max: 5000 })],
  Select: [
    example("Select", {
      label: "Region",
      value: null,
      placeholder: "Choose a region",
      options: regions,
    }),
  ],
  FileField: [
    example("FileField", {
      label: "Purchase order",
      accept: [".csv"],
      maxBytes: 2000,
      description: "CSV, 2 kB at most",
    }),
  ],
  Checkbox: [
    example("Checkbox", {
      label: "Send a confirmation",
      isChecked: true,
      description: "To the address above",
    }),
    example("Checkbox", { label: "Gift", isChecked: false, isDisabled: true }),
  ],
  Switch: [
    example("Switch", {
      label: "Notify me",
      isChecked: true,
      description: "When an order is late",
    }),
    example("Switch", { label: "Pause imports", isChecked: false }),
  ],
  Form: [
    example(
      "Form",
      {
        label: "New order",
        submitLabel: "Place order",
        rules: [
          { name: "customer", isRequired: true, minLength: 3 },
          {
            name: "code",
            pattern: "[A-Z]{2}-\\d{4}",
            message: "Two capitals, a dash, four figures.",
          },
          { name: "email", isRequired: true, format: "email" },
          { name: "quantity", isRequired: true, min: 1, max: 500 },
          { name: "delivery", isRequired: true },
          { name: "shipping", isRequired: true },
          { name: "terms", isRequired: true, message: "The terms must be agreed to." },
        ],
      },
      {
        hears: ["submit"],
        isWide: true,
        children: [
          example(
            "Grid",
            { minColumnWidth: 220 },
            {
              children: [
                example("TextField", { label: "Customer", name: "customer", value: "" }),
                example("TextField", {
                  label: "Order code",
                  name: "code",
                  value: "",
                  placeholder: "SO-1041",
                }),
                example("TextField", {
                  label: "Email of the buyer",
                  name: "email",
                  type: "email",
                  value: "",
                }),
                example("NumberField", { label: "Pallets", name: "quantity", value: 1 }),
                example("DateField", { label: "Delivered on", name: "delivery", value: null }),
                example("Select", {
                  label: "Dock",
                  name: "dock",
                  value: null,
                  placeholder: "Any",
                  options: regions,
                }),
              ],
            },
          ),
          example("RadioGroup", {
            label: "Shipped",
            name: "shipping",
            value: null,
            direction: "horizontal",
            options: [
              { value: "road", label: "By road" },
              { value: "air", label: "By air" },
            ],
          }),
          example("Switch", { label: "Insured", name: "insured", isChecked: true }),
          example("Checkbox", { label: "I agree to the terms", name: "terms", isChecked: false }),
        ],
      },
    ),
  ],
};
