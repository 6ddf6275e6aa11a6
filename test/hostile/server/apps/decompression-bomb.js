// Unpacks 50 kB of gzip to 50 MB, again and again.
async function pack(megabytes) {
  const packing = new CompressionStream("gzip");
  const packed = new Response(packing.readable).bytes();
  const writer = packing.writable.getWriter();
  const zeros = new Uint8Array(1_000_000);
  for (let index = 0; index < megabytes; index += 1) await writer.write(zeros);
  await writer.close();
  return packed;
}

const unpack = (packed) => new Response(packed).body.pipeThrough(new DecompressionStream("gzip"));

export default {
  async fetch(request) {
    const packed = await pack(50);
    if (new URL(request.url).pathname === "/answers") return new Response(unpack(packed));
    const kept = [];
    for (;;) kept.push(await new Response(unpack(packed)).bytes());
  },
};
