/** The HTML of a server's page, within its bound. */
import { BerthError, type McpUiPage } from "@berth/protocol";
import { utf8Bytes } from "../sandbox/port-guard.ts";

/** @throws BerthError VIEW_LOAD_FAILED for what is too large, empty, or no text */
export function htmlOf({ content }: McpUiPage, uri: string, maxBytes: number): string {
  const html = "text" in content ? content.text : textOfBase64(content.base64, uri, maxBytes);
  if (utf8Bytes(html, maxBytes) > maxBytes) throw tooLarge(uri, maxBytes);
  if (html.trim() === "") throw refuse(`${JSON.stringify(uri.slice(0, 120))} is empty.`);
  return html;
}

function textOfBase64(base64: string, uri: string, maxBytes: number): string {
  if (base64.length > Math.ceil(maxBytes / 3) * 4) throw tooLarge(uri, maxBytes);
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refuse(
      `${JSON.stringify(uri.slice(0, 120))} is neither text nor UTF-8 in base64.`,
      cause,
    );
  }
}

function tooLarge(uri: string, maxBytes: number): BerthError {
  return refuse(`${JSON.stringify(uri.slice(0, 120))} has more than ${maxBytes} bytes.`);
}

function refuse(message: string, cause?: unknown): BerthError {
  return new BerthError("VIEW_LOAD_FAILED", message, { cause });
}
