/** Where in an S3-compatible store checkpoints are kept: `https://<endpoint>/<bucket>[/<prefix>]`. */
import { BerthError } from "@berth/protocol";

export interface S3Location {
  /** The bucket's address, path-style, without a slash at its end. */
  readonly bucketUrl: string;
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  /** As the endpoint's name says it; undefined when it says none. */
  readonly region: string | undefined;
}

const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** No percent signs, dots alone or empty parts: nothing that a signature and a server read differently. */
const prefixPattern = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,100}\/){0,8}$/;
const regionPattern = /^s3[.-]([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/;

/** @throws OPTION_INVALID; the address itself is not in the message, as it may hold a password */
export function parseS3Location(text: string): S3Location {
  const url = URL.parse(text);
  const [, bucket = "", ...rest] = url?.pathname.split("/") ?? [];
  const parts = rest.join("/").replace(/\/+$/, "");
  const prefix = parts === "" ? "" : `${parts}/`;
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    `${url.username}${url.password}${url.search}${url.hash}` !== "" ||
    !bucketPattern.test(bucket) ||
    !prefixPattern.test(prefix)
  ) {
    throw new BerthError(
      "OPTION_INVALID",
      "The S3 anchor's address is not of the form https://<endpoint>/<bucket>[/<prefix>], such as https://s3.eu-central-1.amazonaws.com/acme-audit/berth; credentials stand in the environment, not in it.",
      { details: { option: "audit-s3" } },
    );
  }
  const region = regionPattern.exec(url.hostname)?.[1];
  return { bucketUrl: `${url.origin}/${bucket}`, bucket, prefix, region };
}
