/**
 * The one error class and the one error table.
 *
 * A code is never renamed or reused: publishers, SDKs and log searches depend on it.
 * Trust: an error that arrives from outside is parsed by `parseWireError`, never believed.
 */

/** Whose fault an error is: it decides who is told, and what counts against an app. */
export type ErrorFault = "caller" | "app" | "platform";

export interface ErrorDefinition {
  readonly httpStatus: number;
  /** True when the same call may succeed later without being changed. */
  readonly isRetryable: boolean;
  readonly fault: ErrorFault;
}

function define(fault: ErrorFault, httpStatus: number, isRetryable = false): ErrorDefinition {
  return Object.freeze({ httpStatus, isRetryable, fault });
}

export const errorTable = Object.freeze({
  // Requests
  REQUEST_INVALID: define("caller", 400),
  REQUEST_TOO_LARGE: define("caller", 413),
  REQUEST_TIMEOUT: define("caller", 408, true),
  ROUTE_NOT_FOUND: define("caller", 404),
  HOST_UNKNOWN: define("caller", 421),
  RATE_LIMITED: define("caller", 429, true),
  INTERNAL: define("platform", 500, true),
  UNAVAILABLE: define("platform", 503, true),

  // Identity
  AUTH_REQUIRED: define("caller", 401),
  AUTH_FORBIDDEN: define("caller", 403),
  AUTH_ORIGIN_REFUSED: define("caller", 403),
  SECOND_FACTOR_INVALID: define("caller", 401),
  SECOND_FACTOR_REQUIRED: define("caller", 403),
  STEP_UP_REQUIRED: define("caller", 403),
  PASSKEY_INVALID: define("caller", 401),
  SESSION_NOT_FOUND: define("caller", 404),
  SERVICE_PRINCIPAL_NOT_FOUND: define("caller", 404),
  SIGN_IN_LINK_INVALID: define("caller", 401),
  EMBED_TOKEN_INVALID: define("caller", 401),
  SSO_NOT_OFFERED: define("caller", 404),
  SSO_REFUSED: define("caller", 403),
  SSO_REQUIRED: define("caller", 403),
  SSO_PROVIDER_FAILED: define("platform", 502, true),
  DOMAIN_NOT_PROVEN: define("caller", 409),
  GROUP_NOT_FOUND: define("caller", 404),
  SCIM_NOT_FOUND: define("caller", 404),
  SCIM_CONFLICT: define("caller", 409),
  ORGANIZATION_NOT_FOUND: define("caller", 404),
  MEMBER_NOT_FOUND: define("caller", 404),
  PERSON_NOT_FOUND: define("caller", 404),
  ROLE_NOT_FOUND: define("caller", 404),
  ROLE_IN_USE: define("caller", 409),
  LAST_OWNER: define("caller", 409),
  INVITATION_INVALID: define("caller", 404),
  PUBLISHER_NOT_FOUND: define("caller", 404),
  PUBLISHER_EXISTS: define("caller", 409),
  ERASURE_REFUSED: define("caller", 409),
  MASTER_KEY_WRONG: define("platform", 500),

  // Manifest and package
  MANIFEST_INVALID: define("caller", 422),
  PACKAGE_ENTRY_REFUSED: define("caller", 422),
  PACKAGE_TOO_LARGE: define("caller", 413),
  PACKAGE_DIGEST_MISMATCH: define("caller", 422),
  PACKAGE_MALFORMED: define("caller", 422),
  SIGNATURE_INVALID: define("caller", 422),
  SIGNATURE_KEY_UNKNOWN: define("caller", 422),
  KEY_UNREADABLE: define("caller", 422),
  BUILD_FAILED: define("caller", 422),

  // Policies
  POLICY_INVALID: define("caller", 422),
  POLICY_CONFLICT: define("caller", 409),
  POLICY_VERSION_UNKNOWN: define("caller", 404),

  // Registry
  APP_NOT_FOUND: define("caller", 404),
  RELEASE_NOT_FOUND: define("caller", 404),
  RELEASE_EXISTS: define("caller", 409),
  RELEASE_REJECTED: define("caller", 422),
  DEPENDENCY_UNKNOWN: define("caller", 422),
  PLATFORM_INCOMPATIBLE: define("caller", 422),
  BLOB_NOT_FOUND: define("platform", 404),
  STORAGE_FULL: define("platform", 507, true),

  // Installing
  CONSENT_REFUSED: define("caller", 403),
  CONSENT_MISMATCH: define("caller", 409),
  CONFIG_INVALID: define("caller", 422),
  INSTALLATION_NOT_FOUND: define("caller", 404),
  INSTALLATION_EXISTS: define("caller", 409),
  INSTALLATION_STATE: define("caller", 409),
  INSTALL_FAILED: define("platform", 500),
  INSTALL_CANCELLED: define("caller", 409),
  GRANT_NOT_FOUND: define("caller", 404),
  GRANT_NOT_ASKED: define("caller", 422),
  GRANT_EXISTS: define("caller", 409),
  HEALTH_CHECK_FAILED: define("app", 502),
  RUN_NOT_FOUND: define("caller", 404),

  // Cells
  JAIL_UNAVAILABLE: define("platform", 503),
  CELL_START_FAILED: define("platform", 503, true),
  CELL_LOST: define("platform", 503, true),
  SANDBOX_MEMORY_EXCEEDED: define("app", 502),
  SANDBOX_CPU_EXCEEDED: define("app", 502),
  SANDBOX_DEADLINE_EXCEEDED: define("app", 504),
  SANDBOX_RESPONSE_TOO_LARGE: define("app", 502),
  SANDBOX_SUBREQUESTS_EXCEEDED: define("app", 429),
  SANDBOX_LOGS_EXCEEDED: define("app", 429),
  SANDBOX_START_EXCEEDED: define("app", 504),
  SANDBOX_ISOLATES_EXCEEDED: define("platform", 503, true),
  SANDBOX_QUARANTINED: define("app", 503, true),
  FUNCTION_THREW: define("app", 502),
  FUNCTION_ABSENT: define("caller", 404),
  FUNCTION_RESPONSE_REFUSED: define("app", 502),
  MODULE_INVALID: define("app", 422),

  // Capabilities
  CAPABILITY_UNKNOWN: define("app", 404),
  CAPABILITY_INPUT_INVALID: define("app", 400),
  HANDLE_INVALID: define("app", 401),
  PERMISSION_DENIED: define("app", 403),
  STATE_QUOTA_EXCEEDED: define("app", 507),
  STATE_CONFLICT: define("app", 409),
  EGRESS_DENIED: define("app", 403),
  EGRESS_FAILED: define("app", 502, true),
  SECRET_NOT_SET: define("app", 404),

  // Audit log
  AUDIT_ENTRY_INVALID: define("platform", 500),
  AUDIT_RANGE_INVALID: define("caller", 400),
  AUDIT_TREE_CORRUPT: define("platform", 500),
  AUDIT_ANCHOR_CONFLICT: define("platform", 409),
  AUDIT_ANCHOR_FAILED: define("platform", 503, true),
  CHECKPOINT_INVALID: define("caller", 422),

  // Browser runtime
  RUNTIME_STATE: define("caller", 409),
  RUNTIME_CAPACITY: define("caller", 429, true),
  RUNTIME_INSTANCE_EXISTS: define("caller", 409),
  RUNTIME_INSTANCE_UNKNOWN: define("caller", 404),
  STORAGE_RECORD_CORRUPT: define("platform", 500),
  VIEW_LOAD_FAILED: define("app", 502),
  VIEW_THREW: define("app", 500),
  VIEW_UNRESPONSIVE: define("app", 504),
  VIEW_MESSAGE_REFUSED: define("app", 400),
  VIEW_LIMIT_EXCEEDED: define("app", 429),

  // Federated apps, which run in the page
  PERMISSIVE_NOT_ALLOWED: define("caller", 403),
  REMOTE_INVALID: define("app", 422),
  REMOTE_FILE_UNLISTED: define("app", 422),
  SHARED_VERSION_MISMATCH: define("app", 409),

  // Command line and start-up
  DATA_FOLDER_LOCKED: define("caller", 409),
  PORT_BUSY: define("caller", 409),
  HAND_OVER_IMPOSSIBLE: define("caller", 409),
  HAND_OVER_FAILED: define("platform", 500),
  OPTION_INVALID: define("caller", 400),
  FILE_UNREADABLE: define("caller", 400),
  FILE_EXISTS: define("caller", 409),
  SERVER_UNREACHABLE: define("platform", 503, true),
});

export type ErrorCode = keyof typeof errorTable;

/** Structured particulars: JSON only, safe to show to whoever caused the error. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly isRetryable: boolean;
  readonly details?: ErrorDetails;
}

const brand = "berth.error.v1";

export interface BerthErrorOptions {
  readonly details?: ErrorDetails;
  /** Kept for logs; never crosses a boundary. */
  readonly cause?: unknown;
}

/**
 * Every failure that Berth reports.
 *
 * @param code - a row of `errorTable`
 * @param message - what failed, which value, how to mend it; safe to show
 */
export class BerthError extends Error {
  override readonly name = "BerthError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails | undefined;
  /** Seen across realms and copies of this package, where `instanceof` fails. */
  readonly berthBrand = brand;

  constructor(code: ErrorCode, message: string, options: BerthErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }

  get definition(): ErrorDefinition {
    return errorTable[this.code];
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(errorTable, value);
}

/** True for a Berth error, of this code when one is given; works across realms. */
export function isBerthError(value: unknown, code?: ErrorCode): value is BerthError {
  if (typeof value !== "object" || value === null) return false;
  const candidate = value as { berthBrand?: unknown; code?: unknown };
  if (candidate.berthBrand !== brand || !isErrorCode(candidate.code)) return false;
  return code === undefined || candidate.code === code;
}

/**
 * What may leave a boundary. Anything that is not a Berth error becomes `INTERNAL`
 * without its message: an unforeseen message may hold anything.
 */
export function toWire(error: unknown): WireError {
  if (!isBerthError(error)) {
    return {
      code: "INTERNAL",
      message: "Something failed inside Berth. The request id in this answer finds it in the log.",
      isRetryable: true,
    };
  }
  return {
    code: error.code,
    message: error.message,
    isRetryable: errorTable[error.code].isRetryable,
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}

const maxWireMessage = 4_000;

/** Parses an untrusted wire error; an unknown code becomes `fallback`. */
export function parseWireError(value: unknown, fallback: ErrorCode = "INTERNAL"): BerthError {
  const object = typeof value === "object" && value !== null ? value : {};
  const { code, message, details } = object as Record<string, unknown>;
  const known = isErrorCode(code) ? code : fallback;
  const text =
    typeof message === "string" && message !== ""
      ? message.slice(0, maxWireMessage)
      : `It failed with the code ${known}, and nothing was said of why.`;
  const isPlain = typeof details === "object" && details !== null && !Array.isArray(details);
  return new BerthError(known, text, isPlain ? { details: details as ErrorDetails } : {});
}
