/** The look of the console: dense, calm, 13–14 px, tabular figures. */
import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineThemeComponents,
} from "@mantine/core";
import { amber, dark, gray, green, red, tide } from "./palette.ts";

const fontFamily =
  '"Inter", ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif';
const fontFamilyMonospace =
  'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace';

const small = { defaultProps: { size: "sm" } };
const components: MantineThemeComponents = {
  Text: small,
  Anchor: { defaultProps: { size: "sm", underline: "hover" } },
  Button: { defaultProps: { size: "xs" } },
  ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: 30 } },
  TextInput: small,
  PasswordInput: small,
  NumberInput: small,
  Textarea: small,
  Select: { defaultProps: { size: "sm", checkIconPosition: "right" } },
  FileInput: small,
  Checkbox: small,
  Switch: small,
  SegmentedControl: { defaultProps: { size: "xs" } },
  Table: { defaultProps: { verticalSpacing: 8, horizontalSpacing: 12, fz: "sm" } },
  Tooltip: { defaultProps: { withArrow: false, openDelay: 300, fz: "xs" } },
  Modal: { defaultProps: { centered: true, radius: "md", overlayProps: { opacity: 0.45 } } },
  Alert: { defaultProps: { radius: "md" } },
  Badge: { defaultProps: { variant: "default", radius: "sm", tt: "none", fw: 500 } },
  // On one line, also where the window is narrow: it scrolls. The line below is the list's own border.
  Tabs: {
    styles: {
      list: { flexWrap: "nowrap", overflowX: "auto", overflowY: "hidden" },
      tab: { flex: "none" },
    },
  },
  Menu: { defaultProps: { shadow: "md", radius: "md" } },
};

export const theme = createTheme({
  colors: { tide, gray, dark, green, red, amber },
  primaryColor: "tide",
  primaryShade: 7,
  black: "#1b1c20",
  fontFamily,
  fontFamilyMonospace,
  defaultRadius: "sm",
  radius: { xs: "3px", sm: "6px", md: "8px", lg: "12px", xl: "16px" },
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "19px" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.4" },
  spacing: { xs: "6px", sm: "10px", md: "14px", lg: "20px", xl: "28px" },
  headings: {
    fontFamily,
    fontWeight: "600",
    textWrap: "balance",
    sizes: {
      h1: { fontSize: "19px", lineHeight: "1.3" },
      h2: { fontSize: "14px", lineHeight: "1.4" },
      h3: { fontSize: "13px", lineHeight: "1.4" },
      h4: { fontSize: "13px", lineHeight: "1.4" },
      h5: { fontSize: "13px", lineHeight: "1.4" },
      h6: { fontSize: "13px", lineHeight: "1.4" },
    },
  },
  cursorType: "pointer",
  respectReducedMotion: true,
  variantColorResolver: (input) => {
    const resolved = defaultVariantColorsResolver(input);
    // A subtle grey control is an icon or a quiet button: its grey must still read as text.
    return input.variant === "subtle" && input.color === "gray"
      ? { ...resolved, color: "var(--mantine-color-dimmed)" }
      : resolved;
  },
  components,
});

/** Where Mantine's own greys are too faint for text, and the surfaces that it has no name for. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-placeholder": "#73767f",
    "--mantine-color-error": "var(--mantine-color-red-7)",
    "--mantine-color-default-border": "var(--mantine-color-gray-3)",
    // What is tinted, such as an alert, is tinted faintly.
    "--mantine-color-green-light": "var(--mantine-color-green-0)",
    "--mantine-color-red-light": "var(--mantine-color-red-0)",
    "--mantine-color-amber-light": "var(--mantine-color-amber-0)",
    "--console-surface": "#ffffff",
    "--console-sunken": "var(--mantine-color-gray-0)",
    "--console-hover": "var(--mantine-color-gray-1)",
    "--console-line": "var(--mantine-color-gray-3)",
    "--console-accent-text": "var(--mantine-color-tide-7)",
    "--console-good": "var(--mantine-color-green-7)",
    "--console-bad": "var(--mantine-color-red-7)",
    "--console-warn": "var(--mantine-color-amber-7)",
  },
  dark: {
    "--mantine-color-placeholder": "var(--mantine-color-dark-3)",
    "--mantine-color-error": "var(--mantine-color-red-4)",
    "--console-surface": "#151619",
    "--console-sunken": "#0d0e10",
    "--console-hover": "#1e2024",
    "--console-line": "#2a2c31",
    "--console-accent-text": "var(--mantine-color-tide-3)",
    "--console-good": "var(--mantine-color-green-4)",
    "--console-bad": "var(--mantine-color-red-4)",
    "--console-warn": "var(--mantine-color-amber-4)",
  },
});
