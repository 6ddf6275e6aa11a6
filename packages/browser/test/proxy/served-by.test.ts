import { expect, it } from "vitest";
import { get, openPlatform } from "./platform.ts";

it("says of each read whether the network, another read or the cache answered it", async () => {
  const platform = await openPlatform((_seen, response) =>
    response.writeHead(200, { "cache-control": "max-age=60" }).end("one"),
  );
  const { proxy } = platform.proxy();
  const fetchTold = async () => {
    let told = "network";
    await proxy.fetch(get("/api/x"), undefined, (by) => {
      told = by;
    });
    return told;
  };
  expect(await Promise.all([fetchTold(), fetchTold()])).toEqual(["network", "shared"]);
  expect(await fetchTold()).toBe("cache");
  expect(platform.seen).toHaveLength(1);
});
