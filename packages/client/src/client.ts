/**
 * The typed client of Berth's HTTP API: one method per kind of route, typed by the route
 * table in `@berth/protocol/api`.
 *
 * Trust: answers are parsed by the route's schema; errors by `parseWireError`.
 */
import { BerthError, parseWireError } from "@berth/protocol";
import {
  type ApiRouteName,
  type ApiRoutes,
  apiPrefix,
  apiRoutes,
  type ReleaseView,
  type RouteArguments,
  type RouteDefinition,
  type RouteOutput,
} from "@berth/protocol/api";
import { followEvents, type StreamEvent } from "./follow.ts";
import { canUploadByXhr, streamOf, type Upload, uploadByXhr } from "./upload.ts";

export interface ClientOptions {
  /** Origin of the Berth, such as `http://localhost:4600`; empty in a page of that origin. */
  readonly baseUrl: string;
  /**
   * Sent as a bearer token; asked for before each call when it is a function. Without one, the browser's
   * session cookie is used.
   */
  readonly apiKey?: string | (() => Promise<string>);
  /** Default: the global fetch. */
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface PublishOptions extends CallOptions {
  /** Called as the body is handed to the network, with bytes so far and in all. */
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void;
}

type NamesOfKind<Kind> = {
  [Name in ApiRouteName]: ApiRoutes[Name] extends { readonly kind: infer K }
    ? K extends Kind
      ? Name
      : never
    : Kind extends "json"
      ? ApiRoutes[Name] extends { readonly rawBody: string }
        ? never
        : Name
      : never;
}[ApiRouteName];

type Arguments<Name extends ApiRouteName> = RouteArguments<ApiRoutes[Name]>;
type Rest<Name extends ApiRouteName, Options> =
  Record<never, never> extends Arguments<Name>
    ? [args?: Arguments<Name>, options?: Options]
    : [args: Arguments<Name>, options?: Options];

export interface BerthClient {
  readonly baseUrl: string;
  /** @throws BerthError as the server says, or SERVER_UNREACHABLE */
  call<Name extends NamesOfKind<"json">>(
    name: Name,
    ...rest: Rest<Name, CallOptions>
  ): Promise<RouteOutput<ApiRoutes[Name]>>;
  /** Follows a stream; reconnects from the last event until the server ends it. */
  follow<Name extends NamesOfKind<"stream">>(
    name: Name,
    ...rest: Rest<Name, CallOptions>
  ): AsyncIterable<StreamEvent<RouteOutput<ApiRoutes[Name]>>>;
  /** The bytes of a raw route. */
  download<Name extends NamesOfKind<"raw">>(
    name: Name,
    ...rest: Rest<Name, CallOptions>
  ): Promise<Uint8Array>;
  /** The same as they come, for what is too large to be held. */
  openDownload<Name extends NamesOfKind<"raw">>(
    name: Name,
    ...rest: Rest<Name, CallOptions>
  ): Promise<ReadableStream<Uint8Array>>;
  /** Uploads a package with its DSSE envelope. */
  publish(
    publisher: string,
    name: string,
    archive: Uint8Array,
    envelope: string,
    options?: PublishOptions,
  ): Promise<ReleaseView>;
}

interface LooseArguments {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
}

export function createClient(options: ClientOptions): BerthClient {
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const send = options.fetch ?? ((input, init) => globalThis.fetch(input, init));

  async function request(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const key = typeof options.apiKey === "function" ? await options.apiKey() : options.apiKey;
    if (key) headers.set("authorization", `Bearer ${key}`);
    let response: Response;
    try {
      response = await send(url, { ...init, headers, redirect: "error" });
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw new BerthError(
        "SERVER_UNREACHABLE",
        `No Berth answers at ${baseUrl || "this origin"}; check the address and that \`berth serve\` runs.`,
        { cause },
      );
    }
    if (response.ok) return response;
    throw await readError(response);
  }

  function open(definition: RouteDefinition, args: LooseArguments, init: RequestInit) {
    const hasBody = args.body !== undefined;
    return request(baseUrl + addressOf(definition, args), {
      method: definition.method.toUpperCase(),
      ...(hasBody
        ? { body: JSON.stringify(args.body), headers: { "content-type": "application/json" } }
        : {}),
      ...init,
    });
  }

  return {
    baseUrl,
    async call(name, ...[args, call]) {
      const definition: RouteDefinition = apiRoutes[name];
      const response = await open(definition, (args ?? {}) as LooseArguments, signalOf(call));
      const value = response.status === 204 ? undefined : await response.json();
      // The schema's output is what RouteOutput names; TypeScript cannot follow the index.
      return definition.response.parse(value) as never;
    },
    follow(name, ...[args, call]) {
      const definition: RouteDefinition = apiRoutes[name];
      const connect = (headers: Record<string, string>) =>
        open(definition, (args ?? {}) as LooseArguments, { headers, ...signalOf(call) });
      return followEvents(
        connect,
        (data) => definition.response.parse(data) as never,
        call?.signal,
      );
    },
    async download(name, ...[args, call]) {
      const response = await open(
        apiRoutes[name],
        (args ?? {}) as unknown as LooseArguments,
        signalOf(call),
      );
      return new Uint8Array(await response.arrayBuffer());
    },
    async openDownload(name, ...[args, call]) {
      const response = await open(
        apiRoutes[name],
        (args ?? {}) as unknown as LooseArguments,
        signalOf(call),
      );
      return response.body ?? new Blob().stream();
    },
    async publish(publisher, name, archive, envelope, publishing = {}) {
      const definition = apiRoutes.publishRelease;
      const url = baseUrl + addressOf(definition, { params: { publisher, name } });
      const headers = {
        "content-type": definition.rawBody,
        "berth-signature": toBase64(new TextEncoder().encode(envelope)),
      };
      const { onProgress } = publishing;
      const post = (body: unknown, extra: object = {}) =>
        request(url, {
          method: "POST",
          body,
          headers,
          ...extra,
          ...signalOf(publishing),
        } as RequestInit);
      const response = !onProgress
        ? // Copied: a Buffer's own slice would send all of the memory that it lies in.
          await post(new Uint8Array(archive).buffer)
        : options.apiKey === undefined && canUploadByXhr()
          ? await throughXhr({ url, headers, bytes: archive, onProgress, ...signalOf(publishing) })
          : // `duplex` is what the Fetch standard asks of a streamed body.
            await post(streamOf({ bytes: archive, onProgress }), { duplex: "half" });
      return definition.response.parse(await response.json());
    },
  };
}

function signalOf(options: CallOptions | undefined): { signal?: AbortSignal } {
  return options?.signal ? { signal: options.signal } : {};
}

function addressOf(definition: Pick<RouteDefinition, "path">, args: LooseArguments): string {
  const path = definition.path.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = args.params?.[key];
    if (value === undefined || value === "" || value === "." || value === "..") {
      throw new BerthError(
        "REQUEST_INVALID",
        `The parameter ${key} of ${definition.path} is ${JSON.stringify(value) ?? "missing"}; give it a value.`,
      );
    }
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(args.query ?? {})) {
    if (value !== undefined) query.set(key, String(value));
  }
  const search = query.size > 0 ? `?${query}` : "";
  return apiPrefix + path + search;
}

async function readError(response: Response): Promise<BerthError> {
  const text = await response.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON: a proxy's page, say. The status is then all that is known.
    value = { message: `The server answered ${response.status} without saying why.` };
  }
  return parseWireError(value, response.status >= 500 ? "UNAVAILABLE" : "REQUEST_INVALID");
}

async function throughXhr(upload: Upload): Promise<Response> {
  const response = await uploadByXhr(upload);
  if (response.ok) return response;
  throw await readError(response);
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
