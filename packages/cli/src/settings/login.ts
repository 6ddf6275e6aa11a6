/** Which Berth the command line talks to, and as whom: `login.json`, 0600. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { BerthError } from "@berth/protocol";
import type { CliContext } from "../context.ts";
import { settingsFolder, writePrivateFile } from "./folder.ts";

export interface Login {
  /** An origin, such as `http://localhost:4600`. */
  readonly url: string;
  readonly apiKey: string;
}

type Place = Pick<CliContext, "env" | "homeFolder">;

function parseLogin(value: unknown): Login {
  const { apiKey, url } = (value ?? {}) as Partial<Record<keyof Login, unknown>>;
  if (typeof apiKey === "string" && typeof url === "string") return { url, apiKey };
  throw new SyntaxError("url and apiKey are not both text");
}

function fileOf(place: Place): string {
  return join(settingsFolder(place), "login.json");
}

/** @throws BerthError FILE_UNREADABLE when the file is there and is not what `login` writes */
async function readLogin(place: Place): Promise<Login | undefined> {
  const path = fileOf(place);
  try {
    return parseLogin(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new BerthError(
      "FILE_UNREADABLE",
      `${path} does not hold a login; run \`berth logout\`, then \`berth login\` again.`,
      { cause },
    );
  }
}

/** BERTH_URL and BERTH_API_KEY come before what `berth login` kept. */
export async function findLogin(place: Place): Promise<Login | undefined> {
  const { BERTH_API_KEY: apiKey, BERTH_URL: url } = place.env;
  if (url && apiKey) return { url: parseServerUrl(url), apiKey };
  const kept = await readLogin(place);
  if (url && kept && parseServerUrl(url) !== kept.url) return undefined;
  if (!kept) return undefined;
  return { url: kept.url, apiKey: apiKey || kept.apiKey };
}

/** @throws BerthError AUTH_REQUIRED when there is none */
export async function getLogin(place: Place): Promise<Login> {
  const login = await findLogin(place);
  if (login) return login;
  throw new BerthError(
    "AUTH_REQUIRED",
    "No Berth is chosen; run `berth login <sign-in link>`, or set BERTH_URL and BERTH_API_KEY.",
  );
}

export async function keepLogin(place: Place, login: Login): Promise<void> {
  await writePrivateFile(fileOf(place), `${JSON.stringify(login, null, 2)}\n`);
}

/** Returns whether there was one. */
export async function forgetLogin(place: Place): Promise<boolean> {
  try {
    await rm(fileOf(place));
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw cause;
  }
}

/**
 * The origin of a Berth. Plain http is for this machine only: an API key would cross the
 * network in clear.
 *
 * @throws BerthError OPTION_INVALID
 */
export function parseServerUrl(text: string): string {
  const url = URL.parse(text);
  const refuse = (why: string) =>
    new BerthError(
      "OPTION_INVALID",
      `The server's address ${JSON.stringify(text.slice(0, 200))} ${why}; expected the form https://berth.example.com.`,
      { details: { option: "url" } },
    );
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw refuse("is not an http or https address");
  }
  if (url.username || url.password) throw refuse("holds a password");
  if (url.protocol === "http:" && !isThisMachine(url.hostname)) {
    throw refuse("is not encrypted, and the API key would be readable on the way");
  }
  return url.origin;
}

function isThisMachine(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}
