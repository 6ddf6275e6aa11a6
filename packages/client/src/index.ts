export {
  type BerthClient,
  type ClientOptions,
  createClient,
  type PublishOptions,
} from "./client.ts";
export {
  createEmbedSigner,
  type EmbedSigner,
  type EmbedSignerOptions,
  type EmbedSubject,
} from "./embed-signer.ts";
export {
  createEmbeddedClient,
  type EmbeddedClient,
  type EmbeddedClientOptions,
} from "./embedded-client.ts";
export type { StreamEvent } from "./follow.ts";
