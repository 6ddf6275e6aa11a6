/**
 * A product of another site with an app in its page, in a browser that keeps third-party cookies away:
 * the user signs in to the product alone.
 */
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { frameBootstrapSource } from "@berth/browser/frame";
import { createClient, createEmbedSigner, type EmbedSigner } from "@berth/client";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "../hostile/browser/stage/bundle.ts";
import { chromiumArgs } from "../hostile/browser/stage/stage.ts";
import { type StartedBerth, startBerth } from "../support/start-berth.ts";
import { createGreeterApp } from "./console/greeter-app.ts";

let browser: Browser;
let berth: StartedBerth;
let product: Server;
let productOrigin: string;
let signer: EmbedSigner;

beforeAll(async () => {
  const script = await bundle(fileURLToPath(new URL("embedding/product-page.ts", import.meta.url)));
  product = createServer((request, response) => {
    const answer = (type: string, text: string) =>
      response.writeHead(200, { "content-type": type }).end(text);
    if (request.url === "/page.js") return answer("text/javascript", script);
    if (request.url === "/berth-token") {
      const user = { subject: "user-7", organization: "acme", name: "Una" };
      return void signer.sign(user).then((token) => answer("text/plain", token));
    }
    const page = `<!doctype html><html data-berth="${berth.berth.origin}"><title>Product</title><body><script type="module" src="/page.js"></script>`;
    return answer("text/html", page);
  });
  product.listen(0, "127.0.0.1");
  await once(product, "listening");
  // Another site than Berth's localhost.
  productOrigin = `http://127.0.0.1:${(product.address() as AddressInfo).port}`;
  berth = await startBerth({
    berth: {
      productOrigins: [productOrigin],
      assets: { consoleFolder: null, frameBootstrap: frameBootstrapSource },
    },
  });
  await berth.install(await berth.publisher.publish(await createGreeterApp()), {
    config: { greeting: "Hello" },
    secrets: { NAMES_TOKEN: "secret-7f" },
  });
  const { identity, origin } = berth.berth;
  const operator = await identity.createPerson({
    ...{ name: "Operator", email: "operator@example.com", operatorRole: "admin" as const },
  });
  const { secret } = await identity.createApiKey({ personId: operator.id, name: "test" });
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const { x = "" } = publicKey.export({ format: "jwk" });
  const issuer = "Product";
  const { id: keyId } = await createClient({ baseUrl: origin, apiKey: secret }).call(
    "createEmbedKey",
    { body: { issuer, publicKey: { kty: "OKP", crv: "Ed25519", x } } },
  );
  const jwk = privateKey.export({ format: "jwk" });
  signer = await createEmbedSigner({ keyId, privateKey: jwk, issuer, audience: origin });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: [...chromiumArgs, "--test-third-party-cookie-phaseout"],
  });
});

afterAll(async () => {
  await browser?.close();
  await berth?.[Symbol.asyncDispose]();
  product?.close();
});

it("shows a person an app of their organization, and asks for no cookie", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // The directive is newer than some Chromiums.
    const isKnown = message.text().includes("directive 'webrtc'");
    if (message.type() === "error" && !isKnown) complaints.push(message.text());
  });
  await page.goto(productOrigin);
  await page.getByText("Not asked yet").waitFor();
  expect(await page.title()).toBe("Una of acme");
  await page.getByRole("button", { name: "Ask" }).click();
  await page.getByText("Hello (1)").waitFor();
  expect(await context.cookies()).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});
