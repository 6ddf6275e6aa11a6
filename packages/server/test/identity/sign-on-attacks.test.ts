/** Single sign-on under attack: a provider that lies, browsers that are not the one that began, and addresses inside. */
import { createServer } from "node:http";
import type { BerthClient } from "@berth/client";
import { SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { listen } from "../../../../test/support/sign-on/provider.ts";
import {
  createSigningKey,
  type ScriptedProvider,
  startScriptedProvider,
} from "../../../../test/support/sign-on/scripted-provider.ts";
import { parseEmail } from "../../src/identity/insert-person.ts";
import { addressOf } from "../../src/identity/sso/read-claims.ts";
import { readReturnPath } from "../../src/identity/sso/return-path.ts";
import { openTestServices, type TestServices } from "../support/services.ts";
import {
  createSignOnStage,
  type SignOnStage,
  settings,
  type TestBrowser,
} from "../support/sign-on.ts";

const minute = 60;

describe("single sign-on refuses", () => {
  let services: TestServices;
  let stage: SignOnStage;
  let provider: ScriptedProvider;
  let owner: { readonly personId: string; readonly client: BerthClient };
  let member: BerthClient;
  const key = createSigningKey("one");
  const params = { organization: "acme" };

  interface Flow {
    readonly browser: TestBrowser;
    readonly state: string;
    readonly nonce: string;
  }
  async function begin(organization = "acme"): Promise<Flow> {
    const browser = stage.browser();
    const url = new URL(await browser.begin({ organization }));
    const { searchParams } = url;
    return {
      browser,
      state: searchParams.get("state") ?? "",
      nonce: searchParams.get("nonce") ?? "",
    };
  }
  const back = (flow: Flow, query: Record<string, string> = {}, organization = "acme") =>
    flow.browser.finish(
      new URL(
        `http://x/api/v1/single-sign-on/${organization}/callback?${new URLSearchParams({
          ...{ code: "c", state: flow.state, iss: provider.issuer, ...query },
        })}`,
      ),
    );
  const claimsOf = (nonce: string) => {
    const now = Math.floor(services.clock.now() / 1_000);
    return {
      ...{ iss: provider.issuer, aud: "berth", sub: "u1", nonce, name: "U" },
      ...{ iat: now, exp: now + minute },
    };
  };
  const sign = (claims: object, header: object = {}, by = key.privateKey) =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: "ES256", kid: "one", ...header }).sign(by);
  const lastFailure = async () => {
    const { connection } = await owner.client.call("getSingleSignOn", { params });
    return connection?.lastFailure?.message ?? "";
  };
  /** A whole sign-in whose ID token is the test's. */
  async function present(token: (flow: Flow) => Promise<string> | string) {
    const flow = await begin();
    provider.answer({ body: { id_token: await token(flow) } });
    return { flow, landed: await back(flow) };
  }

  beforeAll(async () => {
    services = await openTestServices("pglite");
    stage = createSignOnStage(services);
    provider = await startScriptedProvider();
    provider.publish({ keys: [key.jwk] });
    owner = await stage.addOwner("acme");
    const second = await stage.addOwner("other");
    const { identity } = services;
    const person = await identity.createPerson({ name: "M", email: "m@example.com" });
    const acme = await identity.findOrganization("acme");
    const organizationId = acme?.id ?? "";
    await identity.addMember({ organizationId, personId: person.id, role: "member" });
    member = stage.clientOf(
      (await identity.createApiKey({ personId: person.id, name: "m" })).secret,
    );
    const body = settings({ issuer: provider.issuer });
    await owner.client.call("putSingleSignOn", { params, body });
    await second.client.call("putSingleSignOn", { params: { organization: "other" }, body });
  }, 60_000);
  afterAll(async () => {
    await provider?.[Symbol.asyncDispose]();
    await services?.[Symbol.asyncDispose]();
  });
  beforeEach(() => provider.override(undefined));

  test("nothing when all is well", async () => {
    expect((await present(({ nonce }) => sign(claimsOf(nonce)))).landed).toBe("/");
  });

  test.each([
    ["of another issuer", { iss: "https://elsewhere.example" }, /iss/],
    ["for another client", { aud: "somebody-else" }, /aud/],
    ["for further audiences", { aud: ["berth", "somebody-else"] }, /audiences/],
    ["made for another client", { azp: "somebody-else" }, /azp/],
    ["of another sign-in", { nonce: "n".repeat(43) }, /nonce/],
    ["without a nonce", { nonce: undefined }, /nonce/],
    ["without a subject", { sub: "" }, /sub/],
    ["with a subject that is half a character", { sub: "a\ud800" }, /sub/],
    ["with a subject that a database cannot hold", { sub: "a\0b" }, /sub/],
    ["without an end", { exp: undefined }, /exp/],
  ])("an ID token %s", async (_name, claims, why) => {
    const { landed } = await present(({ nonce }) => sign({ ...claimsOf(nonce), ...claims }));
    expect(landed).toContain("error=SSO_REFUSED");
    expect(await lastFailure()).toMatch(why);
  });

  test("an ID token that is expired, old, or from the future", async () => {
    const now = () => Math.floor(services.clock.now() / 1_000);
    for (const times of [
      { iat: now() - 120, exp: now() - 31 },
      { iat: now() - 1_000, exp: now() + minute },
      { iat: now() + 120, exp: now() + 240 },
      { nbf: now() + 120 },
    ]) {
      const { landed } = await present(({ nonce }) => sign({ ...claimsOf(nonce), ...times }));
      expect(landed, JSON.stringify(times)).toContain("error=SSO_REFUSED");
    }
  });

  test("an ID token that the provider's keys did not sign", async () => {
    const stranger = createSigningKey("one");
    const byStranger = await present(({ nonce }) => sign(claimsOf(nonce), {}, stranger.privateKey));
    expect(byStranger.landed).toContain("error=SSO_REFUSED");
    const unsigned = await present(({ nonce }) => new UnsecuredJWT(claimsOf(nonce)).encode());
    expect(unsigned.landed).toContain("error=SSO_REFUSED");
    // The public key, which anybody may fetch, as the secret of a symmetric algorithm.
    const publicText = key.publicKey.export({ format: "pem", type: "spki" }).toString();
    const confused = await present(({ nonce }) =>
      new SignJWT(claimsOf(nonce))
        .setProtectedHeader({ alg: "HS256", kid: "one" })
        .sign(new TextEncoder().encode(publicText)),
    );
    expect(confused.landed).toContain("error=SSO_REFUSED");
    expect(await lastFailure()).toMatch(/algorithm/);
    // A key that the token brings along is nobody's.
    const brought = await present(({ nonce }) =>
      sign(claimsOf(nonce), { jwk: stranger.jwk, kid: "two" }, stranger.privateKey),
    );
    expect(brought.landed).toContain("error=SSO_REFUSED");
    // Nor is one that it only points at, or one by a name that looks up something else.
    for (const header of [
      { jku: `${provider.issuer}/theirs` },
      { x5u: `${provider.issuer}/theirs` },
      ...["__proto__", "constructor", "../../dev/null", "' or 1=1 --", ""].map((kid) => ({ kid })),
    ]) {
      const pointed = await present(({ nonce }) =>
        sign(claimsOf(nonce), header, stranger.privateKey),
      );
      expect(pointed.landed, JSON.stringify(header)).toContain("error=SSO_REFUSED");
    }
    expect(provider.asked).not.toContain("/theirs");
    // A symmetric key that a provider publishes makes nothing better.
    const secret = Buffer.alloc(32, 7);
    provider.publish({
      keys: [key.jwk, { kty: "oct", k: secret.toString("base64url"), kid: "oct", alg: "HS256" }],
    });
    services.clock.advance(31_000);
    const published = await present(({ nonce }) =>
      new SignJWT(claimsOf(nonce)).setProtectedHeader({ alg: "HS256", kid: "oct" }).sign(secret),
    );
    expect(published.landed).toContain("error=SSO_REFUSED");
  });

  test("no new key, and asks for it at most twice a minute", async () => {
    const next = createSigningKey("next");
    provider.publish({ keys: [key.jwk, next.jwk] });
    services.clock.advance(31_000);
    const byNext = () =>
      present(({ nonce }) => sign(claimsOf(nonce), { kid: "next" }, next.privateKey));
    expect((await byNext()).landed).toBe("/");
    const asked = () => provider.asked.filter((path) => path === "/keys").length;
    const before = asked();
    for (const kid of ["a", "b", "c"]) {
      const { landed } = await present(({ nonce }) => sign(claimsOf(nonce), { kid }));
      expect(landed).toContain("error=SSO_REFUSED");
    }
    expect(asked()).toBe(before);
    // Withdrawn, a key is not believed once the set is fetched anew.
    provider.publish({ keys: [key.jwk] });
    services.clock.advance(600_000);
    expect((await byNext()).landed).toContain("error=SSO_REFUSED");
  });

  test("an answer that is played again, or in another browser", async () => {
    const { flow } = await present(({ nonce }) => sign(claimsOf(nonce)));
    const replayed = await back(flow);
    expect(replayed).toContain("error=SSO_REFUSED");
    // The thief brings their own code to a victim's browser, which began nothing, or something else.
    const thief = await begin();
    const victim = stage.browser();
    expect(await back({ ...thief, browser: victim })).toContain("error=SSO_REFUSED");
    const other = await begin();
    expect(await back({ ...other, state: thief.state })).toContain("error=SSO_REFUSED");
    expect(victim.cookies.size).toBe(0);
    // Of one organization's sign-in, at another's address.
    const crossed = await begin("other");
    expect(await back(crossed, {}, "acme")).toContain("error=SSO_REFUSED");
    // After ten minutes.
    const late = await begin();
    provider.answer({ body: { id_token: await sign(claimsOf(late.nonce)) } });
    services.clock.advance(600_000);
    expect(await back(late)).toContain("error=SSO_REFUSED");
  });

  test("an answer of another issuer, or without one where it is announced (RFC 9207)", async () => {
    expect(await back(await begin(), { iss: "https://elsewhere.example" })).toContain(
      "SSO_REFUSED",
    );
    provider.publish({ metadata: { authorization_response_iss_parameter_supported: true } });
    services.clock.advance(600_000);
    const flow = await begin();
    const url = `http://x/api/v1/single-sign-on/acme/callback?code=c&state=${flow.state}`;
    expect(await flow.browser.finish(new URL(url))).toContain("error=SSO_REFUSED");
    expect(await lastFailure()).toMatch(/issuer/);
    provider.publish({ metadata: { authorization_response_iss_parameter_supported: false } });
  });

  test("metadata of another issuer, redirects, and what is no JSON or too much of it", async () => {
    const failed = { code: "SSO_PROVIDER_FAILED" };
    const put = () => {
      services.clock.advance(600_000);
      const body = settings({ issuer: provider.issuer });
      return owner.client.call("putSingleSignOn", { params, body });
    };
    provider.publish({ metadata: { issuer: "https://elsewhere.example" } });
    await expect(put()).rejects.toMatchObject(failed);
    provider.publish({ metadata: { issuer: provider.issuer } });
    provider.override({ status: 302, headers: { location: "http://169.254.169.254/" }, body: "" });
    await expect(put()).rejects.toMatchObject({
      ...{ ...failed, message: expect.stringContaining("redirect") },
    });
    for (const body of ["<html>", `"${"x".repeat(300_000)}"`, "[".repeat(50_000)]) {
      provider.override({ status: 200, body });
      await expect(put()).rejects.toMatchObject(failed);
    }
    provider.override(undefined);
    provider.publish({ metadata: { authorization_endpoint: "javascript:alert(1)" } });
    await expect(put()).rejects.toMatchObject(failed);
    provider.publish({ metadata: { authorization_endpoint: `${provider.issuer}/auth` } });
    await put();
  });

  test("addresses inside, by number, by name and by the keys' address", async () => {
    let hits = 0;
    const inside = createServer((_request, response) => {
      hits += 1;
      response.end("{}");
    });
    const port = await listen(inside);
    const guarded = createSignOnStage(services, { allowPrivate: [] });
    const { secret } = await services.identity.createApiKey({
      ...{ personId: owner.personId, name: "guarded" },
    });
    const client = guarded.clientOf(secret);
    for (const issuer of [
      `http://127.0.0.1:${port}`,
      `http://localhost:${port}`,
      `http://2130706433:${port}`,
      `http://[::ffff:127.0.0.1]:${port}`,
      `https://127.0.0.1:${port}`,
      "http://169.254.169.254/latest",
    ]) {
      const call = client.call("putSingleSignOn", { params, body: settings({ issuer }) });
      await expect(call, issuer).rejects.toMatchObject({ code: "SSO_PROVIDER_FAILED" });
    }
    expect(hits).toBe(0);
    inside.close();
    // Its metadata may be allowed, and name a place that is not.
    provider.publish({ metadata: { token_endpoint: "http://169.254.169.254/token" } });
    services.clock.advance(600_000);
    const { landed } = await present(({ nonce }) => sign(claimsOf(nonce)));
    expect(landed).toContain("error=SSO_PROVIDER_FAILED");
    provider.publish({ metadata: { token_endpoint: `${provider.issuer}/token` } });
    services.clock.advance(600_000);
  });

  test("a set-up by who does not manage sign-in, or is of another organization", async () => {
    const body = settings({ issuer: provider.issuer });
    for (const call of [
      () => member.call("putSingleSignOn", { params, body }),
      () => member.call("getSingleSignOn", { params }),
      () => member.call("addEmailDomain", { params, body: { domain: "example.com" } }),
      () => member.call("createProvisioningToken", { params, body: { name: "x" } }),
      () => member.call("createGroup", { params, body: { name: "x" } }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "AUTH_FORBIDDEN" });
    }
    const elsewhere = { organization: "other" };
    const foreign = owner.client.call("putSingleSignOn", { params: elsewhere, body });
    await expect(foreign).rejects.toMatchObject({ code: "ORGANIZATION_NOT_FOUND" });
    await expect(stage.clientOf().call("putSingleSignOn", { params, body })).rejects.toMatchObject({
      code: "AUTH_REQUIRED",
    });
    // Required before it worked once, it would shut everybody out.
    const unproven = settings({ issuer: provider.issuer, clientId: "another", isRequired: true });
    await expect(
      owner.client.call("putSingleSignOn", { params, body: unproven }),
    ).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  });

  test("an address with letters that become others in lower case", () => {
    // The Kelvin sign becomes a k.
    expect("\u212Aate@acme.example".toLowerCase()).toBe("kate@acme.example");
    expect(addressOf("\u212Aate@acme.example")).toBeUndefined();
    expect(addressOf("Kate@Acme.example")).toBe("kate@acme.example");
    expect(addressOf("kate@acme.example ")).toBeUndefined();
    for (const text of ["a\u202eb@x.example", "a\u200bb@x.example", "a b@x.example"]) {
      expect(() => parseEmail(text)).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
    }
    expect(parseEmail(" Jose\u0301@x.example")).toBe("jos\u00e9@x.example");
  });

  test("a return to any place but a path of this Berth", () => {
    const hostile = [
      ...["//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example"],
      ...["/.//evil.example", "javascript:alert(1)", "/api/v1/session", "/sign-in", "x", ""],
      `/${"x".repeat(600)}`,
    ];
    for (const path of hostile) expect(readReturnPath(path), path).toBe("/");
    expect(readReturnPath("/run/in0?view=main")).toBe("/run/in0?view=main");
  });

  test("a provider's own refusal, and a token address that refuses", async () => {
    expect(await back(await begin(), { error: "access_denied" })).toContain("error=SSO_REFUSED");
    provider.answer({ status: 400, body: { error: "invalid_grant" } });
    expect(await back(await begin())).toContain("error=SSO_REFUSED");
    expect(await lastFailure()).toContain("invalid_grant");
    provider.answer({ body: { access_token: "t" } });
    expect(await back(await begin())).toContain("error=SSO_REFUSED");
  });
});
