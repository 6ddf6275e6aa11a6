/** Writes `docs/errors.md`: `node --conditions=berth-source scripts/write-errors-doc.ts`. */
import { writeFile } from "node:fs/promises";
import { renderErrorsDoc } from "./house/errors-doc.ts";

await writeFile(new URL("../docs/errors.md", import.meta.url), renderErrorsDoc());
