// An answer that is all head.
export default {
  fetch() {
    const headers = new Headers();
    for (let index = 0; index < 5_000; index += 1) headers.append(`x-${index}`, "y".repeat(200));
    return new Response("x", { headers });
  },
};
