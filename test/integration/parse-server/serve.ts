/** A Parse Server in a process of its own: tells its parent the port, ends with it. */
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { ParseServer } from "parse-server";

interface Layer {
  params?: unknown;
  match(path: string): boolean | { readonly params: unknown };
}

// Parse Server 9.10 reads what a match has found from the layer, where router 2.3, which its express
// brings along, no longer keeps it: without this every batch is answered with 500.
const { resolve } = createRequire(import.meta.url);
const { prototype } = createRequire(resolve("parse-server"))("router/lib/layer") as {
  prototype: Layer;
};
const { match } = prototype;
prototype.match = function matchAndKeep(this: Layer, path) {
  const found = match.call(this, path);
  if (typeof found === "object") this.params = found.params;
  return found;
};

const server = await ParseServer.startApp({
  databaseURI: process.env.DATABASE_URL ?? "",
  appId: "product",
  masterKey: randomBytes(16).toString("hex"),
  maintenanceKey: randomBytes(16).toString("hex"),
  restAPIKey: "rest",
  mountPath: "/parse",
  // Its own address matters only to cloud code, of which there is none.
  serverURL: "http://127.0.0.1/parse",
  verifyServerUrl: false,
  host: "127.0.0.1",
  port: 0,
  allowClientClassCreation: true,
  silent: true,
});
const address = server.server.address();
process.on("disconnect", () => process.exit(0));
process.send?.({ port: typeof address === "object" && address !== null ? address.port : 0 });
