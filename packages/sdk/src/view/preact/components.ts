/** The catalog as Preact components; see the catalog's own documentation for each property. */
import { component } from "./component.ts";

export const Page = /* @__PURE__ */ component("Page");
export const Stack = /* @__PURE__ */ component("Stack");
export const Grid = /* @__PURE__ */ component("Grid");
export const Card = /* @__PURE__ */ component("Card");
export const Text = /* @__PURE__ */ component("Text");
export const Heading = /* @__PURE__ */ component("Heading");
export const Button = /* @__PURE__ */ component("Button");
export const TextField = /* @__PURE__ */ component("TextField");
export const NumberField = /* @__PURE__ */ component("NumberField");
export const Select = /* @__PURE__ */ component("Select");
export const Checkbox = /* @__PURE__ */ component("Checkbox");
export const FileField = /* @__PURE__ */ component("FileField");
export const DownloadButton = /* @__PURE__ */ component("DownloadButton");
export const Tabs = /* @__PURE__ */ component("Tabs");
export const Table = /* @__PURE__ */ component("Table");
export const Stat = /* @__PURE__ */ component("Stat");
export const LineChart = /* @__PURE__ */ component("LineChart");
export const BarChart = /* @__PURE__ */ component("BarChart");
export const Badge = /* @__PURE__ */ component("Badge");
export const Alert = /* @__PURE__ */ component("Alert");
export const Spinner = /* @__PURE__ */ component("Spinner");
export const EmptyState = /* @__PURE__ */ component("EmptyState");
export const Modal = /* @__PURE__ */ component("Modal");
