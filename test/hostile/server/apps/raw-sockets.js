// Opens sockets past `fetch`: to loopback, to the metadata address, to the server's own sockets.
import { connect } from "cloudflare:sockets";
import dgram from "node:dgram";
import dns from "node:dns/promises";
import http from "node:http";
import http2 from "node:http2";
import net from "node:net";
import tls from "node:tls";

const patienceMs = 800;

function attempt(run) {
  const late = new Promise((resolve) => setTimeout(() => resolve("nothing came"), patienceMs));
  const tried = (async () => `worked: ${String(await run()).slice(0, 80)}`)();
  return Promise.race([tried, late]).catch((error) => `refused: ${error?.message ?? error}`);
}

const opened = (emitter, event) =>
  new Promise((resolve, reject) => {
    emitter.once(event, () => resolve(event));
    emitter.once("error", reject);
  });

export default {
  async fetch(request) {
    const port = Number(new URL(request.url).searchParams.get("port"));
    const hostSocket = new URL(request.url).searchParams.get("socket");
    const tries = {};
    const addresses = ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "0.0.0.0"];
    for (const address of addresses) {
      const at = `${address}:${address === "169.254.169.254" ? 80 : port}`;
      tries[`connect ${at}`] = () => connect(at).opened;
      tries[`connect tls ${at}`] = () => connect(at, { secureTransport: "on" }).opened;
      tries[`net ${at}`] = () =>
        opened(net.connect({ host: address.replace(/[[\]]/g, ""), port }), "connect");
      tries[`tls ${at}`] = () => opened(tls.connect({ host: address, port }), "secureConnect");
      tries[`http ${at}`] = () => opened(http.get(`http://${at}/`), "response");
      tries[`fetch ${at}`] = async () => (await fetch(`http://${at}/`)).status;
      tries[`websocket ${at}`] = () =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(`ws://${at}/`);
          socket.addEventListener("open", () => resolve("open"));
          socket.addEventListener("error", () => reject(new Error("error event")));
        });
      tries[`event source ${at}`] = () =>
        new Promise((resolve, reject) => {
          const source = new EventSource(`http://${at}/`);
          source.addEventListener("open", () => resolve("open"));
          source.addEventListener("error", () => reject(new Error("error event")));
        });
    }
    const sockets = [hostSocket, "/run/out.sock", "/run/in/in.sock", "\0berth"];
    for (const path of sockets) {
      tries[`connect unix:${path}`] = () => connect(`unix:${path}`).opened;
      tries[`net ${path}`] = () => opened(net.connect({ path }), "connect");
      tries[`http ${path}`] = () =>
        opened(http.get({ socketPath: path, path: "/call" }), "response");
      tries[`listen ${path}`] = () => opened(net.createServer().listen(path), "listening");
    }
    for (const host of ["out", "in", "host", "internet"]) {
      tries[`fetch the service ${host}`] = async () =>
        (await fetch(`http://${host}/call`, { method: "POST", body: "{}" })).status;
      tries[`connect the service ${host}`] = () => connect(`${host}:80`).opened;
    }
    tries.datagram = () => opened(dgram.createSocket("udp4").bind(0), "listening");
    tries.http2 = () => opened(http2.connect(`http://127.0.0.1:${port}`), "connect");
    tries.names = async () => (await dns.lookup("localhost")).address;
    tries.records = () => dns.resolve("example.com");
    const names = Object.keys(tries);
    const outcomes = await Promise.all(names.map((name) => attempt(tries[name])));
    return Response.json(Object.fromEntries(names.map((name, index) => [name, outcomes[index]])));
  },
};
