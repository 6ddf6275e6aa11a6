import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { exitCodes } from "../exit-codes.ts";
import { openPackageSource } from "../publishing/package-source.ts";
import { publishPackage } from "../publishing/publish-package.ts";
import { resolvePublisher } from "../publishing/resolve-publisher.ts";
import { openSigningKey } from "../publishing/signing-key.ts";
import { formatBytes } from "../terminal/amounts.ts";
import { printFindings } from "../terminal/findings.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { createProgress } from "../terminal/progress.ts";

interface PublishOptions {
  readonly publisher?: string;
  readonly key?: string;
  readonly yes?: boolean;
}

export const publishCommand = defineCommand<PublishOptions>({
  usage: "publish [source]",
  summary: "pack, sign and publish an app's folder, or a .berth file",
  examples: ["berth publish", "berth publish my-app-1.0.0.berth --publisher acme-tools --yes"],
  options: [
    { flags: "--publisher <name>", description: "default: the manifest's, else your only one" },
    { flags: "--key <name>", description: "the signing key; default: `default`" },
    { flags: "-y, --yes", description: "make and register publisher and key as needed, unasked" },
  ],
  async run(context, [path], options) {
    const { cwd, signal, terminal } = context;
    const connection = await connect(context);
    const source = await openPackageSource(cwd, path);
    const { manifest } = source;
    terminal.note(
      `Packed ${manifest.id} ${manifest.version}: ${formatBytes(source.archive.byteLength)}, sha256 ${source.digest}`,
    );
    const isYes = options.yes ?? false;
    const wanted = options.publisher ?? manifest.publisher;
    const publisher = await resolvePublisher(context, connection, { wanted, isYes });
    const privateKey = await openSigningKey(context, connection, {
      publisher,
      wanted: options.key,
      isYes,
    });
    const progress = createProgress(terminal, "Uploading");
    const release = await publishPackage({
      client: connection.client,
      publisher,
      source,
      privateKey,
      signal,
      onProgress: progress.update,
    }).finally(progress.end);
    printFindings(terminal, release.findings);
    terminal.print(
      `${terminal.style("green", release.status)} ${plainLine(`${release.app}@${release.version}, signed by ${release.signedBy.slice(0, 8)}…`)}\n${plainLine(`${connection.url}/apps/${release.app}`)}`,
    );
    terminal.result(release);
    return release.status === "rejected" ? exitCodes.failed : undefined;
  },
});
