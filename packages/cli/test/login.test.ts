import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findLogin, forgetLogin, keepLogin, parseServerUrl } from "../src/settings/login.ts";
import { isSignInLink } from "../src/settings/sign-in-link.ts";
import { createHome } from "./support/run-cli.ts";

describe("the server's address", () => {
  it.each([
    ["http://localhost:4600/sign-in/link#token=x", "http://localhost:4600"],
    ["http://127.0.0.1:4600", "http://127.0.0.1:4600"],
    ["http://[::1]:4600", "http://[::1]:4600"],
    ["https://berth.example.com/", "https://berth.example.com"],
  ])("is the origin of %s", (text, origin) => {
    expect(parseServerUrl(text)).toBe(origin);
  });

  it.each([
    ["http://berth.example.com", "not encrypted"],
    ["http://127.0.0.1.example.com", "not encrypted"],
    ["http://localhost.example.com", "not encrypted"],
    ["ftp://localhost", "not an http"],
    ["localhost:4600", "not an http"],
    ["https://me:secret@berth.example.com", "holds a password"],
    ["", "not an http"],
  ])("is refused when it is %j", (text, message) => {
    expect(() => parseServerUrl(text)).toThrow(message);
  });
});

describe("login", () => {
  const login = { url: "http://localhost:1", apiKey: "k" };

  it("is kept, read back and forgotten", async () => {
    await using home = await createHome();
    const place = { env: {}, homeFolder: home.path };
    expect(await findLogin(place)).toBeUndefined();
    await keepLogin(place, login);
    expect(await findLogin(place)).toEqual(login);
    expect(await forgetLogin(place)).toBe(true);
    expect(await forgetLogin(place)).toBe(false);
  });

  it("gives way to the environment, and never sends a kept key to another server", async () => {
    await using home = await createHome();
    const place = (env: Record<string, string>) => ({ env, homeFolder: home.path });
    await keepLogin(place({}), login);
    const other = "http://localhost:2";
    expect(await findLogin(place({ BERTH_API_KEY: "e" }))).toEqual({ ...login, apiKey: "e" });
    expect(await findLogin(place({ BERTH_URL: other, BERTH_API_KEY: "e" }))).toEqual({
      url: other,
      apiKey: "e",
    });
    expect(await findLogin(place({ BERTH_URL: other }))).toBeUndefined();
  });

  it("names a damaged file", async () => {
    await using home = await createHome();
    await mkdir(join(home.path, "berth"));
    await writeFile(join(home.path, "berth/login.json"), '{"url":1}');
    const place = { env: { XDG_CONFIG_HOME: home.path }, homeFolder: home.path };
    await expect(findLogin(place)).rejects.toThrow("does not hold a login");
  });

  it("knows a sign-in link from other text", () => {
    expect(isSignInLink("http://localhost:4600/sign-in/link#token=abc")).toBe(true);
    expect(isSignInLink("http://localhost:4600/sign-in/link")).toBe(false);
    expect(isSignInLink("token=abc")).toBe(false);
  });

  it("is asked for with exit code 4, and a server that is not there gives 6", async () => {
    await using home = await createHome();
    const without = await home.run(["list", "--json"]);
    expect(without.code).toBe(4);
    expect(JSON.parse(without.stderr)).toMatchObject({ code: "AUTH_REQUIRED" });
    const env = { BERTH_URL: "http://127.0.0.1:9", BERTH_API_KEY: "k" };
    const unreachable = await home.run(["whoami"], { env });
    expect(unreachable.code).toBe(6);
    expect(unreachable.stderr).toContain("SERVER_UNREACHABLE");
  });
});
