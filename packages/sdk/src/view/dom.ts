/** Puts a small DOM into the worker. Imported first by whatever needs `HTMLElement` to be there. */
import "@remote-dom/core/polyfill";
