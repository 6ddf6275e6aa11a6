/**
 * The anchors that the operator named, from the options.
 *
 * Trust: their addresses are the operator's own words, so a private network may be among them; each is asked
 * through a guard that lets it reach that one host and what the operator allows besides.
 */
import {
  type Anchor,
  openFolderAnchor,
  openS3Anchor,
  openWitnessAnchor,
  parseS3Location,
  parseVerifierKey,
  proveConsistency,
  type S3Anchor,
  type S3Credentials,
  type WitnessFetch,
} from "@berth/audit";
import { BerthError, isBerthError } from "@berth/protocol";
import type { PlatformFetch } from "../../gateway/egress/platform-fetch.ts";
import type { Ground } from "../../storage/ground.ts";
import type { LogStore } from "../log-store.ts";

export interface WitnessOption {
  /** The submission prefix, to which `/add-checkpoint` is added. */
  readonly url: string;
  readonly vkey: string;
}

export interface S3Option {
  /** `https://<endpoint>/<bucket>[/<prefix>]`; the bucket has object lock. */
  readonly url: string;
  readonly credentials: S3Credentials;
  /** Default: what the endpoint's name says, else `us-east-1`. */
  readonly region?: string;
  /** For how long each checkpoint is locked. Default 365. */
  readonly retentionDays?: number;
}

export interface AnchorOptions {
  /** A folder outside the data folder, on a medium of its own at best, that gets every checkpoint. */
  readonly anchorFolder?: string;
  /** C2SP witnesses that cosign checkpoints, such as another Berth. */
  readonly witnesses?: readonly WitnessOption[];
  /** A bucket that nobody can delete from. */
  readonly s3?: S3Option;
}

export interface OpenAnchorsOptions {
  readonly options: AnchorOptions;
  readonly store: LogStore;
  readonly ground: Pick<Ground, "clock" | "logger">;
  /** A fetch that may reach that host besides what is public. */
  readonly fetchFor: (host: string) => PlatformFetch;
}

const defaultRetentionDays = 365;

function hostOf(address: string, option: string): string {
  const url = URL.parse(address);
  if (url !== null && /^https?:$/.test(url.protocol) && `${url.username}${url.password}` === "") {
    return url.hostname.replace(/^\[(.*)\]$/, "$1");
  }
  throw new BerthError(
    "OPTION_INVALID",
    "The address of an audit witness is no http or https address, or holds a password; expected such as https://berth.example.com/api/v1/audit/witness.",
    { details: { option } },
  );
}

function witnessFetchOf(fetch: PlatformFetch): WitnessFetch {
  return async (url, { body, headers, method }) => {
    const answer = await fetch({ url, method, headers, body });
    return {
      status: answer.status,
      headers: new Headers({ "content-type": answer.contentType || "text/plain" }),
      body: new Blob([Buffer.from(answer.body)]).stream(),
    };
  };
}

/** A bucket that is out of reach now is asked again before the first checkpoint; one without a lock is refused. */
async function tryS3(anchor: S3Anchor, logger: Ground["logger"]): Promise<void> {
  try {
    await anchor.check();
  } catch (error) {
    if (!isBerthError(error, "AUDIT_ANCHOR_FAILED")) throw error;
    logger.warn({ err: error }, "The S3 anchor of the audit log cannot be asked now");
  }
}

/** @throws OPTION_INVALID, also for a bucket without object lock; KEY_UNREADABLE for a witness's key */
export async function openAnchors(given: OpenAnchorsOptions): Promise<readonly Anchor[]> {
  const { fetchFor, ground, options, store } = given;
  const { clock, logger } = ground;
  const { anchorFolder, s3, witnesses = [] } = options;
  const anchors: Anchor[] = [];
  if (anchorFolder !== undefined) {
    anchors.push(openFolderAnchor({ folder: anchorFolder, now: clock.now }));
  }
  for (const { url, vkey } of witnesses) {
    anchors.push(
      openWitnessAnchor({
        url,
        witnessKey: parseVerifierKey(vkey),
        fetch: witnessFetchOf(fetchFor(hostOf(url, "audit-witness"))),
        prove: (fromSize, toSize) => proveConsistency(store, { fromSize, toSize }),
        logSize: async () => (await store.head()).size,
      }),
    );
  }
  if (s3 !== undefined) {
    const { credentials, region, retentionDays = defaultRetentionDays, url } = s3;
    const anchor = openS3Anchor({
      ...{ location: parseS3Location(url), credentials, retentionDays, now: clock.now },
      fetch: fetchFor(hostOf(url, "audit-s3")),
      ...(region === undefined ? {} : { region }),
    });
    await tryS3(anchor, logger);
    anchors.push(anchor);
  }
  return anchors;
}
