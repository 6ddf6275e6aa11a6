/** Components that stand over others for a while. */
import * as z from "#schema";
import { component, flag, label, text, tone } from "./parts.ts";

export const overlayComponents = {
  Modal: component({
    props: z.strictObject({
      title: label,
      isOpen: flag,
      size: z.optional(z.enum(["sm", "md", "lg"])),
    }),
    events: ["close"],
    children: "any",
  }),
  Drawer: component({
    props: z.strictObject({
      title: label,
      isOpen: flag,
      size: z.optional(z.enum(["sm", "md", "lg"])),
      side: z.optional(z.enum(["start", "end"])),
    }),
    events: ["close"],
    children: "any",
  }),
  /** A notice at the view's lower edge. It goes by itself; what must be read belongs in an `Alert`. */
  Toast: component({
    props: z.strictObject({
      message: label,
      tone: z.optional(tone),
      actionLabel: z.optional(label),
    }),
    events: ["press", "close"],
    children: "none",
  }),
  /** A button that opens a list of acts. */
  Menu: component({
    props: z.strictObject({
      label,
      /** Shows three dots in place of the label, which is then only spoken. */
      isLabelHidden: z.optional(flag),
      items: z
        .array(
          z.strictObject({
            value: text(200),
            label,
            isDisabled: z.optional(flag),
            isDangerous: z.optional(flag),
          }),
        )
        .check(z.minLength(1), z.maxLength(50)),
      isDisabled: z.optional(flag),
    }),
    events: ["choose"],
    children: "none",
  }),
};
