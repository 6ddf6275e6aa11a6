/** Real packages, packed and signed as a publisher would. */
import {
  digestOf,
  type generateKeyPair,
  openPrivateKey,
  packFiles,
  signPackage,
} from "@berth/bundle";

export type SigningKey = ReturnType<typeof generateKeyPair>;

export interface SamplePackage {
  readonly archive: Uint8Array;
  /** The DSSE envelope in base64, as the header carries it. */
  readonly signature: string;
}

export interface SampleOptions {
  readonly app: string;
  readonly version?: string;
  readonly key: SigningKey;
  /** Over the sample's manifest. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** Over and beside the sample's files; text. */
  readonly files?: Readonly<Record<string, string>>;
  /** What the signature says instead, to make a wrong one. */
  readonly signedAs?: { readonly app?: string; readonly version?: string };
}

export async function packSample(options: SampleOptions): Promise<SamplePackage> {
  const { app, version = "1.0.0", key, signedAs } = options;
  const manifest = {
    id: app.split("/")[1],
    name: "Sample",
    version,
    description: "A sample for tests.",
    server: { entry: "server.js" },
    ...options.manifest,
  };
  const files = {
    "berth.json": JSON.stringify(manifest),
    "server.js": "export default { fetch: () => new Response('ok') };",
    "README.md": "# Sample\n",
    ...options.files,
  };
  const archive = await packFiles(
    Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) })),
  );
  const envelope = signPackage({
    digest: digestOf(archive),
    name: signedAs?.app ?? app,
    version: signedAs?.version ?? version,
    privateKey: openPrivateKey(key.privateKeyPem),
  });
  return { archive, signature: Buffer.from(envelope).toString("base64") };
}
