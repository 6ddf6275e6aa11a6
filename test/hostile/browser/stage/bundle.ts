/** Builds a module into one script, as a packer and a product's bundler would. */
import { build } from "vite";

/** @param text - the module's content, where it is not what lies at `entry` */
export async function bundle(entry: string, text?: string): Promise<string> {
  const output = await build({
    configFile: false,
    plugins: [
      {
        name: "given-text",
        enforce: "pre",
        resolveId: (id) => (id === entry && text !== undefined ? entry : null),
        load: (id) => (id === entry ? text : undefined),
      },
    ],
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"' },
    // A test runner sets NODE_ENV to "test", of which Vite would make React's development JSX.
    oxc: { jsx: { development: false } },
    resolve: { conditions: ["berth-source", "module", "browser", "import", "default"] },
    build: {
      write: false,
      target: "es2022",
      minify: false,
      cssMinify: false,
      lib: { entry, formats: ["es"], fileName: "script" },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [first] = Array.isArray(output) ? output : [output];
  const chunk = first !== undefined && "output" in first ? first.output[0] : undefined;
  if (chunk?.type !== "chunk") throw new Error(`${entry} did not build into one script.`);
  return chunk.code;
}
