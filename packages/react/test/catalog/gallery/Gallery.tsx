/** Every component of the catalog on one page. Its events are written into a log at the end. */
import type { CatalogName } from "@berth/protocol";
import { CatalogProvider } from "@berth/react/catalog";
import { Gallery as CatalogGallery } from "@berth/react/gallery";
import { memo, type ReactNode, useCallback, useEffect, useState } from "react";
import { customers, margins, orders, orderTable, readings, revenue } from "./figures.ts";
import { draw } from "./sample.tsx";
import { useDistantState } from "./use-distant-state.ts";

export type GalleryPart = "figures" | "details" | "notices" | "dialog" | "catalog";

export interface GalleryProps {
  readonly theme: "light" | "dark";
  readonly density?: "comfortable" | "compact";
  readonly locale?: string;
  /** Only this part of the page. */
  readonly part?: GalleryPart | undefined;
  readonly timeZone?: string;
}

const tones = ["neutral", "info", "success", "warning", "danger"] as const;
const upperCase = (text: string): string => text.toUpperCase();

export function Gallery(props: GalleryProps): ReactNode {
  const { theme, density, locale = "en-US", part, timeZone = "UTC" } = props;
  const [log, setLog] = useState<readonly string[]>([]);
  const note = useCallback((what: string, detail: unknown): void => {
    setLog((lines) => [...lines, `${what} ${JSON.stringify(detail)}`]);
  }, []);
  const has = (name: GalleryPart): boolean => part === undefined || part === name;
  useEffect(() => {
    document.documentElement.dataset.isReady = "";
  }, []);
  return (
    <CatalogProvider
      theme={theme}
      density={density}
      locale={locale}
      timeZone={timeZone}
      appName="Gallery"
    >
      {draw(
        "Page",
        { title: "Sales", subtitle: "Orders of the last twelve months, all regions" },
        {},
        has("figures") && <Figures key="figures" note={note} />,
        has("details") && <Details key="details" note={note} />,
        has("notices") && <Notices key="notices" note={note} />,
        has("dialog") && <Dialog key="dialog" note={note} />,
        part === "catalog" && <CatalogGallery key="catalog" />,
        <ul key="log" className="log" data-log="">
          {log.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a log only grows
            <li key={index}>{line}</li>
          ))}
        </ul>,
      )}
    </CatalogProvider>
  );
}

interface PartProps {
  readonly note: (what: string, detail: unknown) => void;
}

const Figures = memo(function Figures({ note }: PartProps): ReactNode {
  const card = (name: CatalogName, chart: ReactNode): ReactNode =>
    draw("Card", { padding: "md" }, {}, <div key={name}>{chart}</div>);
  return (
    <>
      {draw(
        "Grid",
        { columns: 4 },
        {},
        draw("Stat", {
          label: "Revenue",
          value: "$3.63M",
          detail: "+14.2% on last year",
          tone: "success",
        }),
        draw("Stat", { label: "Orders", value: "12,482", detail: "+3.1%" }),
        draw("Stat", { label: "Average order", value: "$290.81", detail: "−0.8%", tone: "danger" }),
        draw("Stat", {
          label: "Open quotes",
          value: "318",
          detail: "27 expire this week",
          tone: "warning",
        }),
      )}
      {draw(
        "Grid",
        { minColumnWidth: 340 },
        {},
        <div key="1">{card("LineChart", draw("LineChart", revenue))}</div>,
        <div key="2">
          {card("BarChart", draw("BarChart", orders, { onSelect: (at) => note("select", at) }))}
        </div>,
        <div key="3">
          {card("BarChart", draw("BarChart", margins, { onSelect: (at) => note("select", at) }))}
        </div>,
        <div key="4">{card("BarChart", draw("BarChart", customers))}</div>,
        <div key="5">{card("LineChart", draw("LineChart", readings))}</div>,
        <div key="6">
          {card(
            "LineChart",
            draw("LineChart", { label: "Nothing yet", categories: [], series: [] }),
          )}
        </div>,
      )}
    </>
  );
});

function Details({ note }: PartProps): ReactNode {
  const [tab, setTab] = useDistantState("orders");
  const [order, setOrder] = useState<{ key: string; direction: "ascending" | "descending" }>();
  return draw(
    "Tabs",
    {
      label: "Details",
      value: tab,
      tabs: [
        { value: "orders", label: "Orders" },
        { value: "new", label: "New order" },
        { value: "empty", label: "Drafts" },
      ],
    },
    { onChange: setTab },
    <div
      key="orders"
      hidden={tab !== "orders"}
      style={{ display: tab === "orders" ? "grid" : "none", gap: 16 }}
    >
      {draw("Table", orderTable, { onRowPress: (id) => note("rowPress", id) })}
      {draw(
        "Table",
        {
          ...orderTable,
          label: "Sorted by the app",
          rows: orderTable.rows.slice(0, 3),
          isRowPressable: false,
          ...(order && { sortKey: order.key, sortDirection: order.direction }),
        },
        {
          onSort: (wanted) => {
            note("sort", wanted);
            setOrder(wanted);
          },
        },
      )}
      {draw("Table", { label: "Returns", columns: orderTable.columns, rows: [] })}
    </div>,
    <div key="new" hidden={tab === "empty"}>
      <OrderForm note={note} />
    </div>,
    <div key="empty" hidden={tab !== "empty"}>
      {draw(
        "EmptyState",
        { title: "No drafts", description: "Drafts that you save appear here." },
        {},
        draw("Button", {}, {}, "New draft"),
      )}
    </div>,
  );
}

function OrderForm({ note }: PartProps): ReactNode {
  const [customer, setCustomer] = useDistantState("Aurora Foods");
  const [code, setCode] = useDistantState("", upperCase);
  const [slowCode, setSlowCode] = useDistantState("", upperCase, 900);
  const [message, setMessage] = useDistantState("");
  const [quantity, setQuantity] = useDistantState<number | null>(12);
  const [region, setRegion] = useDistantState<string | null>(null);
  const [isConfirmed, setConfirmed] = useDistantState(true);
  const said = (label: string, set: (value: never) => Promise<void>) => (value: unknown) => {
    note(label, value);
    return set(value as never);
  };
  return draw(
    "Card",
    { title: "New order" },
    {},
    draw(
      "Grid",
      { minColumnWidth: 220 },
      {},
      <div key="customer">
        {draw(
          "TextField",
          {
            label: "Customer",
            value: customer,
            isRequired: true,
            description: "As on the invoice",
          },
          { onChange: said("customer", setCustomer) },
        )}
      </div>,
      <div key="code">
        {draw(
          "TextField",
          { label: "Code", value: code, placeholder: "Turns into capitals" },
          { onChange: said("code", setCode) },
        )}
      </div>,
      <div key="slow-code">
        {draw(
          "TextField",
          { label: "Slow code", value: slowCode, placeholder: "Into capitals, a while later" },
          { onChange: said("slow code", setSlowCode) },
        )}
      </div>,
      <div key="message">
        {draw(
          "TextField",
          { label: "Message", value: message, placeholder: "Enter sends" },
          {
            onChange: said("message", setMessage),
            // As an app that clears before it has drawn: the field's value never leaves "".
            onSubmit: () => {
              note("submit", null);
              setMessage("");
            },
          },
        )}
      </div>,
      draw(
        "TextField",
        { label: "Email", type: "email", value: "not-an-address", error: "This is not an address" },
        { onChange: (value) => note("email", value) },
      ),
      <div key="quantity">
        {draw(
          "NumberField",
          { label: "Quantity", value: quantity, min: 1, max: 5000, step: 0.5 },
          { onChange: said("quantity", setQuantity) },
        )}
      </div>,
      <div key="region">
        {draw(
          "Select",
          {
            label: "Region",
            value: region,
            placeholder: "Choose a region",
            options: orders.categories.map((label) => ({ value: label.toLowerCase(), label })),
          },
          { onChange: said("region", setRegion) },
        )}
      </div>,
      draw(
        "FileField",
        {
          label: "Purchase order",
          accept: [".csv"],
          maxBytes: 2000,
          description: "CSV, 2 kB at most",
        },
        { onChange: (file) => note("file", file) },
      ),
      draw("TextField", { label: "Order number", value: "SO-1041", isDisabled: true }),
      draw(
        "TextField",
        { label: "Note", value: "", rows: 3, placeholder: "Anything the warehouse should know" },
        { onChange: (value) => note("note", value) },
      ),
    ),
    <div key="confirm">
      {draw(
        "Checkbox",
        {
          label: "Send a confirmation",
          isChecked: isConfirmed,
          description: "To the address above",
        },
        { onChange: said("confirm", setConfirmed) },
      )}
    </div>,
    draw(
      "Stack",
      { direction: "horizontal", gap: "sm", isWrapping: true },
      {},
      draw(
        "Button",
        { variant: "primary" },
        { onPress: () => note("press", "create") },
        "Create order",
      ),
      draw("Button", { variant: "subtle" }, {}, "Cancel"),
      draw("Button", { variant: "danger" }, {}, "Delete"),
      draw("Button", { isDisabled: true }, {}, "Archive"),
      draw("Button", { isLoading: true }, { onPress: () => note("press", "busy") }, "Saving"),
      draw("Button", { size: "sm" }, {}, "Small"),
      draw("DownloadButton", {
        label: "Export",
        fileName: "orders.csv",
        mediaType: "text/csv",
        content: "order,total\nSO-1040,120\nçã,1\n",
      }),
    ),
  );
}

function Notices({ note }: PartProps): ReactNode {
  return (
    <>
      {draw(
        "Stack",
        { gap: "sm" },
        {},
        ...tones.map((tone) =>
          draw(
            "Alert",
            tone === "info" ? { tone, title: "Prices changed" } : { tone },
            tone === "info" ? { onClose: () => note("close", "alert") } : {},
            `A notice in the tone ${tone}, with a sentence that is long enough to wrap on a phone.`,
          ),
        ),
      )}
      {draw(
        "Stack",
        { direction: "horizontal", gap: "sm", isWrapping: true },
        {},
        ...tones.map((tone) => draw("Badge", { tone }, {}, tone)),
        draw("Spinner", { label: "Loading orders" }),
      )}
      {draw("Heading", { level: 2 }, {}, "A heading")}
      {draw("Heading", { level: 3 }, {}, "One beneath it")}
      {draw(
        "Text",
        {},
        {},
        "Running text. It wraps where it must and is set at the size of the page.",
      )}
      {draw("Text", { tone: "muted", size: "sm" }, {}, "Small and muted, for what is said beside.")}
      {draw(
        "Text",
        { isMonospace: true, isTruncated: true },
        {},
        "sha256:".padEnd(400, "9f86d081"),
      )}
    </>
  );
}

function Dialog({ note }: PartProps): ReactNode {
  const [isOpen, setOpen] = useDistantState(false);
  const [isStubborn, setStubborn] = useState(false);
  return (
    <>
      {draw(
        "Stack",
        { direction: "horizontal", gap: "sm" },
        {},
        draw("Button", {}, { onPress: () => setOpen(true) }, "Open dialog"),
        draw(
          "Button",
          { variant: "subtle" },
          { onPress: () => setStubborn(true) },
          "Open stubborn",
        ),
      )}
      <div>
        {draw(
          "Modal",
          { title: "Order SO-1041", isOpen },
          {
            onClose: () => {
              note("close", "dialog");
              setOpen(false);
            },
          },
          draw("Text", {}, {}, "Two lines, $421.00, placed on 12 March."),
          draw("TextField", { label: "Reason", value: "" }, { onChange: () => {} }),
          draw(
            "Stack",
            { direction: "horizontal", justify: "end" },
            {},
            draw("Button", { variant: "primary" }, { onPress: () => setOpen(false) }, "Done"),
          ),
        )}
      </div>
      <div>
        {draw(
          "Modal",
          { title: "Stays open", isOpen: isStubborn, size: "sm" },
          { onClose: () => note("close", "stubborn") },
          draw("Text", {}, {}, "This app never closes its dialog."),
        )}
      </div>
    </>
  );
}
