import { hostname } from "node:os";
import { createClient } from "@berth/client";
import { BerthError } from "@berth/protocol";
import { defineCommand } from "../command.ts";
import type { CliContext } from "../context.ts";
import { keepLogin, type Login, parseServerUrl } from "../settings/login.ts";
import { isSignInLink, loginByLink } from "../settings/sign-in-link.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface LoginOptions {
  readonly url?: string;
  readonly key?: string;
}

export const loginCommand = defineCommand<LoginOptions>({
  usage: "login [link]",
  summary: "choose a Berth, by a sign-in link or by its address and an API key",
  examples: [
    'berth login "http://localhost:4600/sign-in/link#token=…"',
    "BERTH_API_KEY=… berth login --url https://berth.example.com",
  ],
  options: [
    { flags: "--url <origin>", description: "the Berth's address, or BERTH_URL" },
    {
      flags: "--key <api key>",
      description: "an API key; better BERTH_API_KEY or the question, which no history keeps",
    },
  ],
  async run(context, [link], options) {
    const login = await loginOf(context, link, options);
    const client = createClient({ baseUrl: login.url, apiKey: login.apiKey });
    const session = await client.call("getSession", {}, { signal: context.signal });
    await keepLogin(context, login);
    const { email, name } = session.person;
    context.terminal.print(plainLine(`Signed in to ${login.url} as ${name} <${email}>.`));
    context.terminal.result({ url: login.url, ...session });
    return undefined;
  },
});

async function loginOf(
  context: CliContext,
  link: string | undefined,
  options: LoginOptions,
): Promise<Login> {
  const { env, signal, terminal } = context;
  if (link !== undefined) {
    if (isSignInLink(link)) {
      return loginByLink(link, `berth on ${hostname()}`.slice(0, 80), signal);
    }
    throw new BerthError(
      "OPTION_INVALID",
      "The link is not a sign-in link; copy the whole line that ends in #token=…, between quotes, or give --url.",
      { details: { option: "link" } },
    );
  }
  const address = options.url ?? env.BERTH_URL ?? (await terminal.ask("Which Berth?", "--url"));
  const url = parseServerUrl(address);
  const apiKey =
    options.key ?? env.BERTH_API_KEY ?? (await terminal.askSecret("API key", "BERTH_API_KEY"));
  return { url, apiKey };
}
