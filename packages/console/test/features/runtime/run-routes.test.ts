import { createMemoryHistory } from "@tanstack/react-router";
import { describe, expect, it } from "vitest";
import { createRunRoutes } from "../../../src/features/runtime/run-routes.ts";

describe("an app's routes in the console's address", () => {
  it("lie behind the installation, and leave the console its own parameters", () => {
    const history = createMemoryHistory({ initialEntries: ["/run/i1?organization=acme"] });
    const routes = createRunRoutes(history, "i1");
    expect(routes.get()).toBe("/");
    const hostile = "/orders/7?organization=other&tab=lines#total";
    routes.set(hostile, { isReplaced: false });
    expect(history.location.pathname).toBe("/run/i1/orders/7");
    expect(new URLSearchParams(history.location.search).get("organization")).toBe("acme");
    expect(history.location.hash).toBe("");
    expect(routes.get()).toBe(hostile);
    routes.set("/orders", { isReplaced: true });
    expect(history.location.href).toBe("/run/i1/orders?organization=acme");
    expect(history.length).toBe(2);
    history.back();
    expect(routes.get()).toBe("/");
  });

  it("neither read nor write the address of another tab", () => {
    const history = createMemoryHistory({ initialEntries: ["/run/i10/orders"] });
    const routes = createRunRoutes(history, "i1");
    expect(routes.get()).toBeUndefined();
    routes.set("/mine", { isReplaced: false });
    expect(history.location.href).toBe("/run/i10/orders");
  });

  it("take from the parameter only what continues a path", () => {
    const history = createMemoryHistory({ initialEntries: ["/run/i1/a?view=/../../settings"] });
    expect(createRunRoutes(history, "i1").get()).toBe("/a");
  });
});
