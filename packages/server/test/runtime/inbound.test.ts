import { expect, test } from "vitest";
import { readInbound } from "../../src/runtime/inbound.ts";

test.each([
  "X-HTTP-Method-Override",
  "x-http-method",
  "X-Method-Override",
  "X-Forwarded-For",
  "Berth-Member",
])("%s does not reach a function", (name) => {
  const { pairs } = readInbound([name, "DELETE", "accept", "*/*"]);
  expect(pairs).toEqual([["accept", "*/*"]]);
});
