// Ends its isolate by the engine's own call, over and over.
import { abortIsolate } from "cloudflare:workers";

export default {
  fetch() {
    abortIsolate("gone");
    return new Response("still there");
  },
};
