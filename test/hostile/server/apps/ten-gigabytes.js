// Answers with 10 GB, in small pieces.
const piece = new Uint8Array(65_536);
export default {
  fetch() {
    let left = 10e9 / piece.length;
    const body = new ReadableStream({
      pull(controller) {
        left -= 1;
        if (left > 0) controller.enqueue(piece);
        else controller.close();
      },
    });
    return new Response(body);
  },
};
