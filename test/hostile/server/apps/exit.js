// Ends its process, as Node would.
const ways = {
  "/exit": () => process.exit(0),
  "/abort": () => process.abort(),
  "/signal": () => process.kill(process.pid, "SIGKILL"),
  "/emit": () => process.emit("exit", 0),
  "/unhandled": () => void Promise.reject(new Error("nobody waits for this")),
  "/later": () => void setTimeout(() => process.exit(1), 1),
};

export default {
  fetch(request) {
    ways[new URL(request.url).pathname]();
    return new Response("still there");
  },
};
