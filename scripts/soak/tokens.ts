/** View tokens, one for each installation, renewed before they run out. */
import type { BerthClient } from "@berth/client";
import type { Installed } from "./install.ts";

const renewAfterMs = 200_000;

interface Kept {
  readonly token: Promise<string>;
  readonly askedAt: number;
}

export interface Tokens {
  /** @throws BerthError as the API says */
  get(installed: Installed): Promise<string>;
}

export function createTokens(client: BerthClient): Tokens {
  const kept = new Map<string, Kept>();
  return {
    get({ id, organization }) {
      const known = kept.get(id);
      const now = performance.now();
      if (known !== undefined && now - known.askedAt < renewAfterMs) return known.token;
      const token = client
        .call("openView", { params: { organization, installation: id }, body: {} })
        .then((view) => view.token);
      kept.set(id, { token, askedAt: now });
      token.catch(() => kept.delete(id));
      return token;
    },
  };
}
