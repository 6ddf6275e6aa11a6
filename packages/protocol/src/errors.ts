/**
 * The one error class and the one error table.
 *
 * A code is never renamed or reused: publishers, SDKs and log searches depend on it.
 * Trust: an error that arrives from outside is parsed by `parseWireError`, never believed.
 */

/** Whose fault an error is: it decides who is told, and what counts against an app. */
export type ErrorFault = "caller" | "app" | "platform";

export interface ErrorDefinition {
  /** One sentence without the particulars; the thrown message adds them. */
  readonly sentence: string;
  readonly httpStatus: number;
  /** True when the same call may succeed later without being changed. */
  readonly isRetryable: boolean;
  readonly fault: ErrorFault;
}

function define(
  fault: ErrorFault,
  httpStatus: number,
  sentence: string,
  isRetryable = false,
): ErrorDefinition {
  return Object.freeze({ sentence, httpStatus, isRetryable, fault });
}

export const errorTable = Object.freeze({
  // Requests
  REQUEST_INVALID: define("caller", 400, "The request does not have the expected shape."),
  REQUEST_TOO_LARGE: define("caller", 413, "The request body is larger than allowed."),
  REQUEST_TIMEOUT: define("caller", 408, "The request stalled.", true),
  ROUTE_NOT_FOUND: define("caller", 404, "There is no such address here."),
  HOST_UNKNOWN: define("caller", 421, "This server does not answer for that host."),
  RATE_LIMITED: define("caller", 429, "Too many requests in the window.", true),
  INTERNAL: define("platform", 500, "Something failed inside Berth.", true),
  UNAVAILABLE: define("platform", 503, "Berth cannot answer this right now.", true),

  // Identity
  AUTH_REQUIRED: define("caller", 401, "Sign in, or send an API key."),
  AUTH_FORBIDDEN: define("caller", 403, "You may not do this."),
  AUTH_ORIGIN_REFUSED: define("caller", 403, "The request came from another origin."),
  SIGN_IN_LINK_INVALID: define("caller", 401, "The sign-in link is used, expired or unknown."),
  EMBED_TOKEN_INVALID: define("caller", 401, "The product's token is refused."),
  ORGANIZATION_NOT_FOUND: define("caller", 404, "There is no such organization for you."),
  PUBLISHER_NOT_FOUND: define("caller", 404, "There is no such publisher."),
  PUBLISHER_EXISTS: define("caller", 409, "A publisher of that name exists."),

  // Manifest and package
  MANIFEST_INVALID: define("caller", 422, "The manifest has errors."),
  PACKAGE_ENTRY_REFUSED: define("caller", 422, "The package holds an entry that is not allowed."),
  PACKAGE_TOO_LARGE: define("caller", 413, "The package is larger than allowed."),
  PACKAGE_DIGEST_MISMATCH: define("caller", 422, "Content does not match its digest."),
  PACKAGE_MALFORMED: define("caller", 422, "The package is not a well-formed archive."),
  SIGNATURE_INVALID: define("caller", 422, "The signature does not verify."),
  SIGNATURE_KEY_UNKNOWN: define("caller", 422, "The signing key is not one of this publisher's."),
  KEY_UNREADABLE: define("caller", 422, "The private key cannot be read."),
  BUILD_FAILED: define("caller", 422, "The app does not build."),

  // Registry
  APP_NOT_FOUND: define("caller", 404, "There is no such app."),
  RELEASE_NOT_FOUND: define("caller", 404, "There is no such release."),
  RELEASE_EXISTS: define(
    "caller",
    409,
    "That version is published already; versions are immutable.",
  ),
  RELEASE_REJECTED: define("caller", 422, "The release did not pass validation."),
  DEPENDENCY_UNKNOWN: define(
    "caller",
    422,
    "A dependency names an app or version that does not exist.",
  ),
  PLATFORM_INCOMPATIBLE: define(
    "caller",
    422,
    "The release does not run on this version of Berth.",
  ),
  BLOB_NOT_FOUND: define("platform", 404, "The content is not in the blob store."),
  STORAGE_FULL: define("platform", 507, "The host has no space left for this.", true),

  // Installing
  CONSENT_REFUSED: define("caller", 403, "The permissions were not granted."),
  CONSENT_MISMATCH: define("caller", 409, "What was consented to is not what would be installed."),
  CONFIG_INVALID: define("caller", 422, "The configuration does not fit the app's schema."),
  INSTALLATION_NOT_FOUND: define("caller", 404, "There is no such installation."),
  INSTALLATION_EXISTS: define("caller", 409, "The app is installed in this organization already."),
  INSTALLATION_STATE: define("caller", 409, "The installation's state does not allow this."),
  INSTALL_FAILED: define("platform", 500, "The installation failed and was undone."),
  INSTALL_CANCELLED: define("caller", 409, "The installation was cancelled and undone."),
  HEALTH_CHECK_FAILED: define("app", 502, "The app did not pass its health check."),
  RUN_NOT_FOUND: define("caller", 404, "There is no such run."),

  // Cells
  JAIL_UNAVAILABLE: define("platform", 503, "This host cannot jail cells."),
  CELL_START_FAILED: define("platform", 503, "A cell did not start.", true),
  CELL_LOST: define("platform", 503, "The cell ended while it served this request.", true),
  SANDBOX_MEMORY_EXCEEDED: define("app", 502, "The app used more memory than it has."),
  SANDBOX_CPU_EXCEEDED: define("app", 502, "The app used more processor time than it has."),
  SANDBOX_DEADLINE_EXCEEDED: define("app", 504, "The app did not answer in time."),
  SANDBOX_RESPONSE_TOO_LARGE: define("app", 502, "The app's answer is larger than allowed."),
  SANDBOX_SUBREQUESTS_EXCEEDED: define(
    "app",
    429,
    "The app made more fetches and calls for one request than it may.",
  ),
  SANDBOX_LOGS_EXCEEDED: define("app", 429, "The app logs more than it may; the rest is dropped."),
  SANDBOX_START_EXCEEDED: define("app", 504, "The app's module took too long to load."),
  SANDBOX_ISOLATES_EXCEEDED: define(
    "platform",
    503,
    "The cell holds as many isolates as it may.",
    true,
  ),
  SANDBOX_QUARANTINED: define("app", 503, "The app crashed repeatedly and is held back.", true),
  FUNCTION_THREW: define("app", 502, "The app's function threw."),
  FUNCTION_ABSENT: define("caller", 404, "The app has no function on the server."),
  FUNCTION_RESPONSE_REFUSED: define(
    "app",
    502,
    "The app's answer is not one that Berth passes on.",
  ),
  MODULE_INVALID: define("app", 422, "The app's server module does not load."),

  // Capabilities
  CAPABILITY_UNKNOWN: define("app", 404, "There is no such capability or method."),
  CAPABILITY_INPUT_INVALID: define("app", 400, "The capability call has a wrong argument."),
  HANDLE_INVALID: define("app", 401, "The invocation handle is unknown, expired or another's."),
  PERMISSION_DENIED: define("app", 403, "The app was not granted this."),
  STATE_QUOTA_EXCEEDED: define("app", 507, "The app's state is at its quota."),
  STATE_CONFLICT: define("app", 409, "The value changed since it was read."),
  EGRESS_DENIED: define("app", 403, "The app may not reach that host."),
  EGRESS_FAILED: define("app", 502, "The remote host could not be reached.", true),
  SECRET_NOT_SET: define("app", 404, "The secret has no value."),

  // Browser runtime
  RUNTIME_STATE: define("caller", 409, "The app's state does not allow this."),
  RUNTIME_CAPACITY: define("caller", 429, "As many apps run as are allowed.", true),
  RUNTIME_INSTANCE_EXISTS: define("caller", 409, "An instance of that name is loaded."),
  RUNTIME_INSTANCE_UNKNOWN: define("caller", 404, "No instance of that name is loaded."),
  STORAGE_RECORD_CORRUPT: define("platform", 500, "A record of an app's storage cannot be read."),
  VIEW_LOAD_FAILED: define("app", 502, "The view did not start."),
  VIEW_THREW: define("app", 500, "The view threw."),
  VIEW_UNRESPONSIVE: define("app", 504, "The view stopped answering."),
  VIEW_MESSAGE_REFUSED: define("app", 400, "The view sent something that is not allowed."),
  VIEW_LIMIT_EXCEEDED: define("app", 429, "The view exceeded a limit."),

  // Federated apps, which run in the page
  PERMISSIVE_NOT_ALLOWED: define(
    "caller",
    403,
    "The app would run in the page itself, which was not allowed to its publisher.",
  ),
  REMOTE_INVALID: define("app", 422, "The federated app is not put together as it must be."),
  REMOTE_FILE_UNLISTED: define("app", 422, "The federated app wants a file that its list lacks."),
  SHARED_VERSION_MISMATCH: define(
    "app",
    409,
    "The page has no version of a shared dependency that the app can use.",
  ),

  // Command line and start-up
  DATA_FOLDER_LOCKED: define("caller", 409, "Another Berth uses this data folder."),
  PORT_BUSY: define("caller", 409, "The port is in use."),
  HAND_OVER_IMPOSSIBLE: define(
    "caller",
    409,
    "This server cannot be handed over to another process.",
  ),
  HAND_OVER_FAILED: define(
    "platform",
    500,
    "The new process did not take over; the old one goes on.",
  ),
  OPTION_INVALID: define("caller", 400, "An option has a value that is not allowed."),
  FILE_UNREADABLE: define("caller", 400, "A file cannot be read."),
  FILE_EXISTS: define("caller", 409, "A file or folder is in the way."),
  SERVER_UNREACHABLE: define("platform", 503, "The Berth server does not answer.", true),
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
      : errorTable[known].sentence;
  const isPlain = typeof details === "object" && details !== null && !Array.isArray(details);
  return new BerthError(known, text, isPlain ? { details: details as ErrorDetails } : {});
}
