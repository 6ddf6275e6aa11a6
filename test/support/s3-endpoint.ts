/**
 * An S3 endpoint with object lock on loopback, written from Amazon's description of Signature Version 4 and of
 * object lock, with nothing of what the anchor signs with.
 *
 * Knows one key and what an anchor asks: lock configuration, put under a condition, get, retention, versions.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";

export const testCredentials = {
  accessKeyId: "TESTACCESSKEY",
  secretAccessKey: "testsecretkey0123456789",
} as const;

export interface StoredVersion {
  readonly key: string;
  readonly versionId: string;
  readonly body: string;
  readonly mode: string | undefined;
  readonly until: string | undefined;
}

export interface S3Endpoint extends AsyncDisposable {
  readonly url: string;
  /** Of every bucket, the oldest first. */
  readonly versions: StoredVersion[];
  readonly requests: { readonly method: string; readonly path: string }[];
  /** A bucket that is there; `lock` says what it answers of its object lock. */
  addBucket(name: string, lock?: "enabled" | "none"): void;
  /** Answers with that, whatever is asked, until it is undefined again. */
  failure: { readonly status: number; readonly body: string } | undefined;
  /** Takes the headers of a lock and keeps none. */
  forgetsLocks: boolean;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) =>
  createHmac("sha256", key).update(text).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Why the signature does not count; undefined when it does. */
function signatureProblem(request: IncomingMessage, url: URL, body: string): string | undefined {
  const { headers, method = "" } = request;
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? "",
    );
  if (match === null) return "AccessDenied";
  const [, keyId, day = "", region = "", names = "", signature = ""] = match;
  if (keyId !== testCredentials.accessKeyId) return "InvalidAccessKeyId";
  const signedNames = names.split(";");
  for (const name of Object.keys(headers)) {
    const mustBeSigned = name === "host" || name === "content-md5" || name.startsWith("x-amz-");
    if (mustBeSigned && !signedNames.includes(name)) return "AccessDenied";
  }
  const date = String(headers["x-amz-date"]);
  if (!date.startsWith(day) || headers["x-amz-content-sha256"] !== sha256(body)) {
    return "XAmzContentSHA256Mismatch";
  }
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
  const canonical = [
    ...[
      method,
      url.pathname
        .split("/")
        .map((part) => encode(decodeURIComponent(part)))
        .join("/"),
    ],
    query,
    ...signedNames.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, " ")}`),
    ...["", names, sha256(body)],
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n");
  const key = [region, "s3", "aws4_request"].reduce<Buffer>(
    hmac,
    hmac(`AWS4${testCredentials.secretAccessKey}`, day),
  );
  const expected = hmac(key, toSign);
  return timingSafeEqual(expected, Buffer.from(signature, "hex"))
    ? undefined
    : "SignatureDoesNotMatch";
}

export async function openS3Endpoint(): Promise<S3Endpoint> {
  const buckets = new Map<string, "enabled" | "none">();
  const state = { failure: undefined as S3Endpoint["failure"], forgetsLocks: false };
  const versions: StoredVersion[] = [];
  const requests: { method: string; path: string }[] = [];

  const answer = (response: ServerResponse, status: number, body: string) => {
    response.writeHead(status, { "content-type": "application/xml" }).end(body);
  };
  const fail = (response: ServerResponse, status: number, code: string) =>
    answer(response, status, `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);

  function put(request: IncomingMessage, response: ServerResponse, key: string, body: string) {
    const { headers } = request;
    const mode = headers["x-amz-object-lock-mode"]?.toString();
    const until = headers["x-amz-object-lock-retain-until-date"]?.toString();
    const md5 = createHash("md5").update(body).digest("base64");
    if (mode !== undefined && headers["content-md5"] === undefined) {
      return fail(response, 400, "InvalidRequest");
    }
    if (headers["content-md5"] !== undefined && headers["content-md5"] !== md5) {
      return fail(response, 400, "BadDigest");
    }
    if (
      (mode === undefined) !== (until === undefined) ||
      !/^(?:COMPLIANCE|GOVERNANCE|)$/.test(mode ?? "")
    ) {
      return fail(response, 400, "InvalidArgument");
    }
    if (until !== undefined && !(Date.parse(until) > Date.now())) {
      return fail(response, 400, "InvalidArgument");
    }
    if (headers["if-none-match"] === "*" && versions.some((one) => one.key === key)) {
      return fail(response, 412, "PreconditionFailed");
    }
    const lock = state.forgetsLocks ? {} : { mode, until };
    versions.push({
      key,
      versionId: `v${versions.length}`,
      body,
      mode: undefined,
      until: undefined,
      ...lock,
    });
    return answer(response, 200, "");
  }

  function listVersions(response: ServerResponse, bucket: string, url: URL) {
    const prefix = `${bucket}/${url.searchParams.get("prefix") ?? ""}`;
    const max = Number(url.searchParams.get("max-keys") ?? 1000);
    const after = `${url.searchParams.get("key-marker") ?? ""} ${url.searchParams.get("version-id-marker") ?? ""}`;
    const name = ({ key, versionId }: StoredVersion) =>
      `${key.slice(bucket.length + 1)} ${versionId}`;
    const found = versions
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => (name(a) < name(b) ? -1 : 1))
      .filter((one) => name(one) > after);
    const page = found.slice(0, max);
    const last = page.at(-1);
    const next =
      last === undefined || page.length === found.length
        ? "<IsTruncated>false</IsTruncated>"
        : `<IsTruncated>true</IsTruncated><NextKeyMarker>${last.key.slice(bucket.length + 1)}</NextKeyMarker><NextVersionIdMarker>${last.versionId}</NextVersionIdMarker>`;
    const rows = page.map(
      ({ key, versionId }) =>
        `<Version><Key>${key.slice(bucket.length + 1)}</Key><VersionId>${versionId}</VersionId></Version>`,
    );
    answer(response, 200, `<ListVersionsResult>${next}${rows.join("")}</ListVersionsResult>`);
  }

  function get(response: ServerResponse, key: string, url: URL) {
    const versionId = url.searchParams.get("versionId");
    const found = versions.findLast(
      (one) => one.key === key && (versionId === null || one.versionId === versionId),
    );
    if (found === undefined) return fail(response, 404, "NoSuchKey");
    if (!url.searchParams.has("retention")) return answer(response, 200, found.body);
    if (found.mode === undefined) return fail(response, 404, "NoSuchObjectLockConfiguration");
    return answer(
      response,
      200,
      `<Retention xmlns="x"><Mode>${found.mode}</Mode><RetainUntilDate>${found.until}</RetainUntilDate></Retention>`,
    );
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const body = await readText(request);
    requests.push({ method: request.method ?? "", path: `${url.pathname}${url.search}` });
    if (state.failure !== undefined) {
      return answer(response, state.failure.status, state.failure.body);
    }
    const problem = signatureProblem(request, url, body);
    if (problem !== undefined) return fail(response, 403, problem);
    const [, bucket = "", ...rest] = url.pathname.split("/");
    const key = rest.join("/");
    const lock = buckets.get(bucket);
    if (lock === undefined) return fail(response, 404, "NoSuchBucket");
    if (url.searchParams.has("object-lock")) {
      return lock === "none"
        ? fail(response, 404, "ObjectLockConfigurationNotFoundError")
        : answer(
            response,
            200,
            "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
          );
    }
    if (url.searchParams.has("versions")) return listVersions(response, bucket, url);
    return request.method === "PUT"
      ? put(request, response, `${bucket}/${key}`, body)
      : get(response, `${bucket}/${key}`, url);
  }

  const server: Server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    ...{ versions, requests, url: `http://127.0.0.1:${port}` },
    addBucket(name: string, lock: "enabled" | "none" = "enabled") {
      buckets.set(name, lock);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  });
}
