/**
 * The console's security headers.
 *
 * Scripts only from its own files; styles also inline, since its component library injects them. It
 * reaches apps only under their own hosts, and nobody may frame it.
 */
export interface ContentSources {
  /** CSP source of the frames' hosts, such as `https://*.frames.example.com`. */
  readonly frames: string;
  /** CSP source of the functions' hosts. */
  readonly apps: string;
}

const source = /^https?:\/\/\*\.[a-z0-9.-]+(?::\d{1,5})?$/;

function checked(value: string): string {
  if (source.test(value)) return value;
  throw new TypeError(
    `${JSON.stringify(value)} is not a source such as https://*.frames.example.com.`,
  );
}

export function createConsoleHeaders(sources: ContentSources): Record<string, string> {
  const frames = checked(sources.frames);
  const apps = checked(sources.apps);
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "manifest-src 'self'",
    `connect-src 'self' ${apps} ${frames}`,
    `frame-src ${frames}`,
    "worker-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
  };
}
