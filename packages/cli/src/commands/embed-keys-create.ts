import { generateKeyPairSync } from "node:crypto";
import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { plainLine } from "../terminal/plain-text.ts";

export const embedKeysCreateCommand = defineCommand({
  usage: "embed-keys create <issuer>",
  summary:
    "make a key with which your product signs tokens for its users; needs an operator's login",
  examples: [
    'berth embed-keys create "Acme product"',
    "berth embed-keys create acme --json > key.json",
  ],
  async run(context, [issuer = ""]) {
    const { client, url } = await connect(context);
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const { x = "" } = publicKey.export({ format: "jwk" });
    const body = { issuer, publicKey: { kty: "OKP", crv: "Ed25519", x } as const };
    const key = await client.call("createEmbedKey", { body }, { signal: context.signal });
    const secret = privateKey.export({ format: "jwk" });
    context.terminal.print(
      [
        plainLine(`Tokens of ${issuer} are accepted, for the audience ${url}.`),
        `key id       ${key.id}`,
        `private key  ${JSON.stringify(secret)}`,
        "Keep the private key among your product's secrets; it is not shown again.",
      ].join("\n"),
    );
    context.terminal.result({ ...key, audience: url, privateKey: secret });
    return undefined;
  },
});
