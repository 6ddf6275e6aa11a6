/**
 * Builds the console to static files in `dist`, to be served from the root of its origin; and, from the
 * same parts, `dev.html`, the page of `berth dev`.
 *
 * Invariant: the page needs no inline script and no `eval`, so that it runs under
 * `script-src 'self'`. Assets are never inlined as data URLs.
 */
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ["berth-source", ...defaultClientConditions] },
  build: {
    target: "es2023",
    // Colours are written as light-dark(); lowering it loses the scheme that the page chooses.
    cssTarget: ["chrome125", "firefox128", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: { input: ["index.html", "dev.html"] },
  },
});
