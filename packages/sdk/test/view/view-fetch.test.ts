import type { ViewFetch, ViewFetchAnswer } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { createViewFetch } from "../../src/view/view-fetch.ts";

function open(answer: Partial<ViewFetchAnswer> = {}) {
  const asked: ViewFetch[] = [];
  const fetch = createViewFetch({
    fetch: async (request) => {
      asked.push(request);
      return { status: 200, headers: [], body: "", ...answer };
    },
  });
  return { fetch, asked };
}

describe("a view's fetch", () => {
  it("sends JSON as a POST and reads JSON back", async () => {
    const { fetch, asked } = open({
      status: 201,
      headers: [["content-type", "application/json"]],
      body: '{"id":7}',
    });
    const response = await fetch("/api/orders", { json: { total: 3 } });
    expect(asked).toEqual([
      {
        method: "POST",
        path: "/api/orders",
        headers: [["content-type", "application/json"]],
        body: '{"total":3}',
      },
    ]);
    expect([response.status, response.ok, await response.json()]).toEqual([201, true, { id: 7 }]);
  });

  it("reads without a body, and takes an answer that may have none", async () => {
    const { fetch, asked } = open({ status: 204, body: "" });
    const response = await fetch("/api/orders/7");
    expect(asked[0]).toMatchObject({ method: "GET", body: null });
    expect(await response.text()).toBe("");
  });
});
