/**
 * The peers of a cold start: the module served by a new process of Deno or Node, unjailed.
 *
 * Each prints its port when it listens, so that nobody has to try until it answers.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

export interface Peer {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const denoServer = `import app from "./main.mjs";
const onListen = ({ port }) => console.log(port);
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, app.fetch);
`;

const nodeServer = `import { createServer } from "node:http";
import app from "./main.mjs";
const server = createServer(async ({ method, url, headers }, outgoing) => {
  const answer = await app.fetch(new Request("http://" + headers.host + url, { method, headers }));
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
  outgoing.end(Buffer.from(await answer.arrayBuffer()));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

/** The program itself: the package's own command would start Node before it. */
function findDeno(): string {
  const fromDeno = createRequire(import.meta.resolve("deno/package.json"));
  const libc = process.platform === "linux" ? "-glibc" : "";
  const name = `@deno/${process.platform}-${process.arch}${libc}`;
  return join(dirname(fromDeno.resolve(`${name}/package.json`)), "deno");
}

/** @param folder - made here; the module lies in it, and Deno's cache */
export async function openPeers(
  folder: string,
  source: string,
): Promise<Readonly<Record<"deno" | "node", Peer>>> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "main.mjs"), source);
  await writeFile(join(folder, "deno.mjs"), denoServer);
  await writeFile(join(folder, "node.mjs"), nodeServer);
  // Whatever it could look up, check or load besides is left out, in its favour.
  const flags = [
    "--no-remote",
    "--no-npm",
    "--no-config",
    "--no-lock",
    "--no-check",
    "--no-prompt",
  ];
  const cache = join(folder, "deno");
  return {
    deno: {
      program: findDeno(),
      args: ["run", "--quiet", ...flags, "--allow-net=127.0.0.1", join(folder, "deno.mjs")],
      env: { DENO_DIR: cache, HOME: folder, DENO_NO_UPDATE_CHECK: "1" },
    },
    node: { program: process.execPath, args: [join(folder, "node.mjs")], env: {} },
  };
}

/** From the start of the process to the last byte of its first answer; then it is ended. */
export async function timePeer(peer: Peer, path: string): Promise<number> {
  const begin = performance.now();
  const child = spawn(peer.program, peer.args, {
    env: peer.env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  try {
    const line = once(createInterface({ input: child.stdout }), "line");
    const early = exited.then(([code]) => {
      throw new Error(`${peer.program} ended with ${code} before it listened.`);
    });
    const [port] = await Promise.race([line, early]);
    await getBody(Number(port), path);
    return performance.now() - begin;
  } finally {
    child.kill("SIGKILL");
    // It has ended, with or without a complaint.
    await exited.catch(() => undefined);
  }
}

function getBody(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = get({ host: "127.0.0.1", port, path, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`The peer answered ${response.statusCode}: ${body.slice(0, 300)}`));
      });
    });
    call.on("error", reject);
  });
}
