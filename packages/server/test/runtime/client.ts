/** Requests as a browser or an attacker would send them, to a host name of choice on loopback. */
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

export interface ClientRequest {
  readonly port: number;
  readonly host: string;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Readable;
  readonly signal?: AbortSignal;
  /** The first bytes of the body have come. */
  readonly onData?: () => void;
}

export interface ClientAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
  readonly json: unknown;
}

export function send(input: ClientRequest): Promise<ClientAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: "127.0.0.1",
      port: input.port,
      method: input.method ?? "GET",
      path: input.path,
      headers: { host: `${input.host}:${input.port}`, ...input.headers },
      agent: false,
      ...(input.signal === undefined ? {} : { signal: input.signal }),
    });
    request.once("error", reject);
    request.once("response", (response) => {
      if (input.onData !== undefined) response.once("data", input.onData);
      buffer(response).then((bytes) => {
        const body = bytes.toString();
        const isJson = response.headers["content-type"]?.includes("json") === true;
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body,
          json: isJson && body !== "" ? (JSON.parse(body) as unknown) : undefined,
        });
      }, reject);
    });
    if (typeof input.body === "object") input.body.pipe(request);
    else request.end(input.body);
  });
}

/**
 * Sends bytes as they are and gives back all that comes until the server closes.
 *
 * @param onText - what comes, as it comes
 */
export function sendRaw(
  port: number,
  bytes: string,
  onText: (chunk: string) => void = () => undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    let text = "";
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      text += chunk;
      onText(chunk);
    });
    socket.once("close", () => resolve(text));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNRESET" || error.code === "EPIPE") resolve(text);
      else reject(error);
    });
  });
}
