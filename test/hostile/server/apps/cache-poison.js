// Keeps answers in every cache that there is, under addresses that a neighbour would ask for.
import * as workers from "cloudflare:workers";

async function attempt(run) {
  try {
    return `got ${await run()}`;
  } catch (error) {
    return `refused: ${error?.message ?? error}`;
  }
}

const addresses = ["https://shared.example/price", "http://hostile.example/"];

export default {
  async fetch(request) {
    const isReading = new URL(request.url).pathname === "/read";
    const outcomes = {};
    const stores = {
      default: () => caches.default,
      named: () => caches.open("prices"),
      workers: () => workers.cache,
    };
    for (const [name, open] of Object.entries(stores)) {
      for (const address of addresses) {
        outcomes[`${name} ${address}`] = await attempt(async () => {
          const store = await open();
          if (isReading) return (await (await store.match(address))?.text()) ?? "nothing";
          const headers = { "cache-control": "public, max-age=3600" };
          await store.put(address, new Response("poisoned", { headers }));
          return "put";
        });
      }
    }
    return Response.json(outcomes);
  },
};
