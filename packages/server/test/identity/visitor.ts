/** A browser in front of the API: it keeps cookies and says its origin, and does nothing else of itself. */
import { apiPrefix } from "@berth/protocol/api";
import type { Api } from "../../src/http/create-api.ts";
import { consoleOrigin } from "../support/api.ts";

export interface Answer {
  readonly status: number;
  /** The parsed body; undefined when there is none. */
  readonly body: unknown;
  readonly code: string | undefined;
  readonly setCookies: readonly string[];
}

export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly api: Api;
  readonly address: string;

  constructor(api: Api, address = "192.0.2.77") {
    this.api = api;
    this.address = address;
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const sent = new Headers({ origin: consoleOrigin, "user-agent": firefox, ...headers });
    if (this.cookies.size > 0) sent.set("cookie", this.cookie);
    if (body !== undefined) sent.set("content-type", "application/json");
    const request = new Request(`${consoleOrigin}${apiPrefix}${path}`, {
      method,
      headers: sent,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const response = await this.api.fetch(request, { address: this.address });
    const setCookies = response.headers.getSetCookie();
    for (const line of setCookies) {
      const [pair = ""] = line.split(";", 1);
      const at = pair.indexOf("=");
      if (/max-age=0/i.test(line)) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const text = await response.text();
    const value: unknown = text === "" ? undefined : JSON.parse(text);
    const code = (value as { code?: string } | undefined)?.code;
    return { status: response.status, body: value, code, setCookies };
  }

  signIn(email: string, password: string): Promise<Answer> {
    return this.send("POST", "/auth/sign-in/email", { email, password });
  }
}

export const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";
