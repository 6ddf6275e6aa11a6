// Runs before the first paint, so that a dark page never flashes white. The key and the attribute
// are those of src/app/color-scheme.ts.
(() => {
  let chosen = "auto";
  try {
    chosen = localStorage.getItem("berth.color-scheme") || "auto";
  } catch {
    // Storage may be forbidden by the browser; the system's scheme is then the right answer.
  }
  const isDark =
    chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", isDark ? "dark" : "light");
})();
