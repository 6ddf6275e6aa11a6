export {
  type BerthClient,
  type ClientOptions,
  createClient,
  type PublishOptions,
} from "./client.ts";
export type { StreamEvent } from "./follow.ts";
