/** An app with a view, a function, configuration, a secret and an optional permission. */
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { appPrelude, type TestAppFiles } from "../../support/test-app.ts";

const server = `${appPrelude}
let times = 0;
export default {
  async fetch(request, env, ctx) {
    const config = await call(env, ctx, "config", "get", {});
    times += 1;
    console.log("greeting number " + times);
    return Response.json({ greeting: config.greeting ?? "none", times });
  },
};
`;

/** The module with its SDK in one script, as the packer makes it. */
async function bundleView(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"' },
    resolve: { conditions: ["berth-source", "module", "browser", "import", "default"] },
    build: {
      write: false,
      target: "es2022",
      lib: {
        entry: fileURLToPath(new URL("greeter-view.js", import.meta.url)),
        formats: ["es"],
        fileName: "view",
      },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [first] = Array.isArray(output) ? output : [output];
  const chunk = first !== undefined && "output" in first ? first.output[0] : undefined;
  if (chunk?.type !== "chunk") throw new Error("The greeter's view did not build into one script.");
  return chunk.code;
}

export async function createGreeterApp(): Promise<TestAppFiles> {
  return {
    view: await bundleView(),
    server,
    manifest: {
      id: "greeter",
      name: "Greeter",
      description: "Greets whoever asks, in the words that its admin chose.",
      permissions: [
        { type: "api", resource: "/api/*", actions: ["read"], reason: "To ask for a greeting." },
        {
          type: "network",
          resource: "names.example.com",
          actions: ["connect"],
          reason: "To greet by name.",
          optional: true,
        },
      ],
      server: {
        entry: "server.js",
        secrets: [{ name: "NAMES_TOKEN", description: "Token of the names service" }],
        config: {
          type: "object",
          required: ["greeting"],
          properties: {
            greeting: { type: "string", minLength: 2, description: "What it says." },
            isLoud: { type: "boolean", default: false },
          },
        },
      },
    },
    files: { "README.md": "# Greeter\n\nSays **hello**.\n\n<img src=x onerror=alert(1)>\n" },
  };
}
