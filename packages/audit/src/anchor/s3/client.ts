/**
 * The few requests of S3 that an anchor needs, signed by AWS Signature Version 4, path-style.
 *
 * Trust: the store's answers are a stranger's; only the error's code is taken from a failure's body, which may
 * hold the request's own headers. The secret is used for signing and given to nobody.
 */
import { createHash } from "node:crypto";
import { BerthError } from "@berth/protocol";
import { AwsV4Signer } from "aws4fetch";
import type { S3Location } from "./location.ts";
import { findElement } from "./xml.ts";

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3Request {
  readonly url: string;
  readonly method: "GET" | "PUT";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Follows no redirect and bounds the answer's size and time. */
export type S3Fetch = (
  request: S3Request,
) => Promise<{ readonly status: number; readonly body: Uint8Array }>;

export interface S3Options {
  readonly location: S3Location;
  readonly credentials: S3Credentials;
  /** Default: what the endpoint's name says, else `us-east-1`. */
  readonly region?: string;
  readonly fetch: S3Fetch;
  /** Milliseconds since 1970: stores refuse what is signed more than minutes off. */
  readonly now: () => number;
}

export interface S3Answer {
  readonly status: number;
  readonly text: string;
  /** Of a failure, such as `NoSuchBucket`; empty when it gave none. */
  readonly code: string;
}

export interface S3Client {
  /** For people: the bucket's address and the object's key. */
  placeOf(key: string): string;
  /** @param key - of an object; empty for the bucket itself @throws AUDIT_ANCHOR_FAILED when there is no answer */
  send(request: {
    readonly method: "GET" | "PUT";
    readonly key?: string;
    readonly query?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  }): Promise<S3Answer>;
}

/** `20260102T030405Z`. */
const amzDate = (nowMs: number) => new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, "");

const digest = (algorithm: "md5" | "sha256", text: string) => createHash(algorithm).update(text);

export function createS3Client({ credentials, fetch, location, now, region }: S3Options): S3Client {
  const placeOf = (key: string) => `${location.bucketUrl}/${key}`;
  return {
    placeOf,
    async send({ body, headers = {}, key = "", method, query = {} }) {
      const url = new URL(placeOf(key));
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      const signer = new AwsV4Signer({
        ...credentials,
        ...{ method, url: url.href, service: "s3", datetime: amzDate(now()) },
        region: region ?? location.region ?? "us-east-1",
        headers: {
          ...headers,
          // Locked objects are taken with a checksum only, and this one every store knows.
          ...(body === undefined ? {} : { "content-md5": digest("md5", body).digest("base64") }),
          "x-amz-content-sha256": digest("sha256", body ?? "").digest("hex"),
        },
      });
      const signed = await signer.sign();
      try {
        const answer = await fetch({
          ...{ method, url: signed.url.href, headers: Object.fromEntries(signed.headers) },
          ...(body === undefined ? {} : { body }),
        });
        const text = Buffer.from(answer.body).toString("utf8");
        const code = answer.status < 300 ? "" : (findElement(text, "Code") ?? "");
        return { status: answer.status, text, code: /^\w{1,60}$/.test(code) ? code : "" };
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : "unknown";
        throw new BerthError(
          "AUDIT_ANCHOR_FAILED",
          `The bucket ${location.bucketUrl} cannot be asked: ${why}`,
          { cause },
        );
      }
    },
  };
}
