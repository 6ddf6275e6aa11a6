import { expect, it } from "vitest";
import { downloadNameOf } from "../../src/catalog/download-name.ts";

it.each([
  ["orders.csv", "text/csv", "orders.csv"],
  ["Orders.CSV", "text/csv", "Orders.CSV"],
  ["orders", "application/json", "orders.json"],
  ["report.exe", "text/plain", "report.exe.txt"],
  ["report.csv.bat", "text/csv", "report.csv.bat.csv"],
  ["page.html", "application/json", "page.html.json"],
  ["notes.txt. .", "text/plain", "notes.txt"],
  ["setup.exe.", "text/plain", "setup.exe.txt"],
] as const)("saves %s of type %s as %s", (fileName, mediaType, saved) => {
  expect(downloadNameOf(fileName, mediaType)).toBe(saved);
});
