// Not hostile: keeps a secret as carelessly as one can.
globalThis.neighbourSecret = "s3cret";
globalThis[Symbol.for("neighbour.secret")] = "s3cret";
Object.prototype.secretOfNeighbour = "s3cret";

export default {
  fetch(request) {
    globalThis.lastSecret = request.headers.get("x-secret");
    return new Response("kept");
  },
};
