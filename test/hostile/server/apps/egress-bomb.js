// Fetches what unpacks to a thousand times its size, again and again, and keeps all of it.
export default {
  async fetch() {
    const kept = [];
    for (;;) kept.push(await (await fetch("http://public.example/zip")).bytes());
  },
};
