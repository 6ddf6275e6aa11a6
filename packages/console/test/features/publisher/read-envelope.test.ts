import { describe, expect, it } from "vitest";
import { findEnvelopeClaim } from "../../../src/features/publisher/read-envelope.ts";

const envelope = (statement: unknown) =>
  JSON.stringify({ payload: btoa(JSON.stringify(statement)), signatures: [] });

describe("a signature envelope's claim", () => {
  it("names the app and its version", () => {
    const text = envelope({ predicate: { app: "acme/crm", version: "1.2.0" } });
    expect(findEnvelopeClaim(text)).toEqual({ publisher: "acme", name: "crm", version: "1.2.0" });
  });

  it.each([
    "",
    "null",
    "[]",
    "{}",
    '{"payload":7}',
    '{"payload":"%%%"}',
    envelope(null),
    envelope({ predicate: { app: "../etc/passwd", version: "1.0.0" } }),
    envelope({ predicate: { app: "acme/crm" } }),
    `${envelope({ predicate: { app: "acme/crm", version: "1.0.0" } })}${" ".repeat(70_000)}`,
  ])("is not found in %j", (text) => {
    expect(findEnvelopeClaim(text)).toBeUndefined();
  });
});
