export {
  type Anchor,
  type AnchorReceipt,
  addCosignatures,
  type KeptCheckpoint,
  parseKeptCheckpoint,
} from "./anchor/anchor.ts";
export {
  type FolderAnchorOptions,
  openFolderAnchor,
  readAnchorFolder,
} from "./anchor/folder-anchor.ts";
export type { FolderFiles } from "./anchor/folder-files.ts";
export type { S3Credentials, S3Fetch, S3Request } from "./anchor/s3/client.ts";
export { parseS3Location, type S3Location } from "./anchor/s3/location.ts";
export { type ReadS3AnchorOptions, readS3Anchor } from "./anchor/s3/read-s3-anchor.ts";
export { openS3Anchor, type S3Anchor, type S3AnchorOptions } from "./anchor/s3/s3-anchor.ts";
export {
  type CanonicalLimits,
  canonicalJson,
  defaultCanonicalLimits,
  type Json,
  type JsonFields,
} from "./entry/canonical-json.ts";
export {
  type AuditEntry,
  type EncodedEntry,
  type EntryActor,
  encodeEntry,
  keyActions,
  type PersonalFields,
} from "./entry/entry.ts";
export {
  type ExportCheckpoint,
  type ExportEntry,
  type ExportedAnchor,
  type ExportHeader,
  exportFormat,
  formatCheckpointLine,
  formatEndLine,
  formatEntryLine,
  formatHeaderLine,
} from "./export/lines.ts";
export {
  type Checkpoint,
  cosignCheckpoint,
  parseCheckpoint,
  parseOrigin,
  type SignCheckpointOptions,
  signCheckpoint,
  type TreeHead,
} from "./note/checkpoint.ts";
export {
  type NoteSignature,
  type NoteSigner,
  type NoteVerdict,
  parseNote,
  type SignedNote,
  type VerifiedSignature,
  verifyNote,
} from "./note/signed-note.ts";
export { createNoteSigner, generateSigningKey, type NewSigningKey } from "./note/signing-key.ts";
export {
  asType,
  createVerifierKey,
  parseVerifierKey,
  type SignatureType,
  type VerifierKey,
  type VerifierKeyParts,
} from "./note/verifier-key.ts";
export {
  type Appended,
  appendLeaves,
  createTreeBuilder,
  emptyFrontier,
  type Frontier,
  readFrontier,
  rootOf,
  type TreeBuilder,
} from "./tree/frontier.ts";
export { emptyRoot, leafHash, nodeHash, treeHashBytes } from "./tree/hashes.ts";
export { maxTreeSize, type NodeId, type NodeReader, type TreeNode } from "./tree/nodes.ts";
export {
  type ConsistencyQuestion,
  type InclusionQuestion,
  proveConsistency,
  proveInclusion,
  readRoot,
} from "./tree/prove.ts";
export {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from "./tree/verify-proofs.ts";
export type { AnchoredCheckpoint, AnchorReport } from "./verify/anchors.ts";
export { type Finding, type FindingCode, findingCodes, type SizeRange } from "./verify/findings.ts";
export type { KeyReport } from "./verify/key-ring.ts";
export type { CheckpointMark, VerifyReport, WitnessReport } from "./verify/report.ts";
export {
  defaultVerifyLimits,
  type VerifyLimits,
  type VerifyOptions,
  type VerifyProgress,
  verifyExport,
} from "./verify/verify-export.ts";
export {
  addCheckpoint,
  type WitnessAnswer,
  type WitnessedHead,
  type WitnessOptions,
  type WitnessRefusal,
  type WitnessStore,
} from "./witness/add-checkpoint.ts";
export { maxAddCheckpointBytes } from "./witness/messages.ts";
export {
  openWitnessAnchor,
  type WitnessAnchorOptions,
  type WitnessFetch,
} from "./witness/witness-anchor.ts";
