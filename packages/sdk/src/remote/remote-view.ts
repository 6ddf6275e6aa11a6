/**
 * What a federated app (`ui.mode` `federated`) imports: types of the module that it exposes, and
 * the `View` of every other level made of what it is given. It runs in the page: no sandbox.
 */
import type {
  RemoteContext as AnyRemoteContext,
  RemoteModule as AnyRemoteModule,
} from "@berth/protocol";
import { BerthError } from "@berth/protocol/errors";
import { createView, type View } from "../view/view.ts";

export type RemoteContext = AnyRemoteContext<AbortSignal>;
export type RemoteModule = AnyRemoteModule<HTMLElement, AbortSignal>;

/** The host's offer in the words of `@berth/sdk/view`. Call it once for each mount. */
export function createRemoteView(remote: RemoteContext): View {
  const listeners = new Set<(context: RemoteContext["context"]) => void>();
  remote.onContext((context) => {
    for (const listener of [...listeners]) listener(context);
  });
  const host = {
    ...remote.host,
    mutate: async () => {
      throw new BerthError("CAPABILITY_UNKNOWN", "A federated app draws into its own root.");
    },
  };
  return createView(host, {
    get context() {
      return remote.context;
    },
    listeners,
  });
}
