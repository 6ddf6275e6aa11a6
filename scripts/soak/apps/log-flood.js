// Writes more than anyone will read, in lines as long as they may be, on and on.
const line = "l".repeat(4_000);

export default {
  async fetch() {
    for (let round = 0; round < 200; round += 1) {
      for (let index = 0; index < 500; index += 1) console.log(`${round}.${index} ${line}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return new Response("written");
  },
};
