import { createClient } from "@berth/client";
import { describe, expect, it } from "vitest";
import { proveAndRepeat } from "../../../src/features/security/prove-and-repeat.ts";

describe("a client that asks for a proof", () => {
  const refusal = { code: "STEP_UP_REQUIRED", message: "Prove it.", details: { by: "password" } };
  const sent: string[] = [];
  let isProven = false;
  const api = createClient({
    baseUrl: "http://localhost",
    fetch: async (input, init) => {
      const { method, url } = new Request(input, init);
      sent.push(`${method} ${new URL(url).pathname}`);
      return isProven
        ? new Response(null, { status: 204 })
        : Response.json(refusal, { status: 403 });
    },
  });
  const asking = proveAndRepeat(api, async (act) => {
    try {
      return await act();
    } catch {
      isProven = true;
      return act();
    }
  });

  it("does again what destroys, and leaves alone what asks by itself", async () => {
    const params = { organization: "acme", member: "m" };
    await asking.call("removeMember", { params });
    const path = "DELETE /api/v1/organizations/acme/members/m";
    expect(sent).toEqual([path, path]);
    isProven = false;
    for (const call of [
      () => asking.call("deletePasskey", { params: { passkey: "p" } }),
      () => asking.call("leaveOrganization", { params }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
    }
    expect(sent).toHaveLength(4);
  });
});
