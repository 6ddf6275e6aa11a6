/**
 * An anchor that is a bucket with object lock: one object for each size, made once, and kept in compliance mode,
 * in which nobody can shorten or remove it before its day, the account's owner included.
 *
 * Whoever has the credentials can still add: a newer version over an object, or a delete marker. Those lie above
 * the locked version, so that a reader asks for all versions; see read-s3-anchor.ts.
 * Invariant: nothing is put before the bucket said that it locks, and the first object is looked at again.
 */
import { BerthError } from "@berth/protocol";
import type { Anchor, KeptCheckpoint } from "../anchor.ts";
import { anchorConflict, anchorName, isSameHead } from "../compare-kept.ts";
import { createS3Client, type S3Answer, type S3Options } from "./client.ts";
import { findElement } from "./xml.ts";

export interface S3AnchorOptions extends S3Options {
  /** For how long each checkpoint is locked. */
  readonly retentionDays: number;
}

export interface S3Anchor extends Anchor {
  /**
   * Asks the bucket whether it locks what is put into it.
   *
   * @throws OPTION_INVALID when it does not, or is not there; AUDIT_ANCHOR_FAILED when it does not say
   */
  check(): Promise<void>;
}

const dayMs = 86_400_000;
/** Whoever may read the log can have checkpoints taken; objects that nobody can delete are not theirs to make. */
const minIntervalMs = 30_000;
/** Stores round, and clocks differ. */
const toleranceMs = 3_600_000;

const mend =
  "make a new bucket with object lock (aws s3api create-bucket --object-lock-enabled-for-bucket …): most stores cannot turn it on later";

export function openS3Anchor(options: S3AnchorOptions): S3Anchor {
  const { location, now, retentionDays } = options;
  const client = createS3Client(options);
  let isLocking = false;
  let isProven = false;

  const failed = (what: string, { code, status }: S3Answer, hint: string) =>
    new BerthError(
      "AUDIT_ANCHOR_FAILED",
      `${location.bucketUrl} ${what}: ${status}${code === "" ? "" : ` ${code}`}${hint}.`,
    );

  function refuse(what: string): BerthError {
    return new BerthError("OPTION_INVALID", `The audit log's S3 anchor ${what}; ${mend}.`, {
      details: { option: "audit-s3" },
    });
  }

  async function check(): Promise<void> {
    if (isLocking) return;
    const answer = await client.send({ method: "GET", query: { "object-lock": "" } });
    const { code, status, text } = answer;
    if (status === 200) {
      if (findElement(text, "ObjectLockEnabled") !== "Enabled") {
        throw refuse(`${location.bucketUrl} has object lock turned off`);
      }
      isLocking = true;
      return;
    }
    if (code === "NoSuchBucket") throw refuse(`${location.bucketUrl} does not exist`);
    if (code === "ObjectLockConfigurationNotFoundError") {
      throw refuse(`${location.bucketUrl} has no object lock`);
    }
    throw failed(
      "does not say whether it locks objects",
      answer,
      status === 403 ? "; the key needs s3:GetBucketObjectLockConfiguration" : "",
    );
  }

  /** A store may take the headers of a lock and keep none: it is asked once what it made of them. */
  async function proveLock(key: string, untilMs: number): Promise<void> {
    if (isProven) return;
    const answer = await client.send({ method: "GET", key, query: { retention: "" } });
    if (answer.status !== 200) {
      throw failed(
        `does not say how it keeps ${key}`,
        answer,
        answer.status === 403 ? "; the key needs s3:GetObjectRetention" : "",
      );
    }
    const kept = Date.parse(findElement(answer.text, "RetainUntilDate") ?? "");
    const isCompliance = findElement(answer.text, "Mode") === "COMPLIANCE";
    if (!isCompliance || !(kept >= untilMs - toleranceMs)) {
      throw failed(`keeps ${key} without the lock that was asked for`, answer, "");
    }
    isProven = true;
  }

  /** @returns whether it is kept already */
  async function isKept(key: string, checkpoint: KeptCheckpoint): Promise<boolean> {
    const { status, text } = await client.send({ method: "GET", key });
    // 404, or 403 where the key may not list: the condition of the put decides.
    if (status !== 200) return false;
    const place = client.placeOf(key);
    if (isSameHead(text, checkpoint, place) === true) return true;
    throw anchorConflict(place, `has something else for ${checkpoint.size} entries than the log`);
  }

  async function put(key: string, checkpoint: KeptCheckpoint): Promise<void> {
    // Some stores take a put under this condition all the same (Ceph 16, where versions are kept).
    if (await isKept(key, checkpoint)) return;
    const untilMs = now() + retentionDays * dayMs;
    const answer = await client.send({
      ...{ method: "PUT", key, body: checkpoint.text },
      headers: {
        "content-type": "text/plain; charset=utf-8",
        "if-none-match": "*",
        "x-amz-object-lock-mode": "COMPLIANCE",
        "x-amz-object-lock-retain-until-date": new Date(untilMs).toISOString(),
      },
    });
    // Another server of this log was quicker.
    if (answer.status === 412 && (await isKept(key, checkpoint))) return;
    if (answer.status === 200) return proveLock(key, untilMs);
    const needs = "; the key needs s3:GetObject, s3:PutObject and s3:PutObjectRetention";
    throw failed(`did not take ${key}`, answer, answer.status === 403 ? needs : "");
  }

  return {
    kind: "s3",
    place: client.placeOf(location.prefix),
    minIntervalMs,
    check,
    async keep(checkpoint, signal) {
      signal?.throwIfAborted();
      await check();
      signal?.throwIfAborted();
      const key = `${location.prefix}${anchorName(checkpoint.size)}`;
      await put(key, checkpoint);
      const timeSeconds = Math.floor(now() / 1000);
      return { kind: "s3", place: client.placeOf(key), timeSeconds, cosignatures: [] };
    },
  };
}
