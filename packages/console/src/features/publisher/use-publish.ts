import type { ReleaseView } from "@berth/protocol/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "../api/use-api.ts";

export interface Upload {
  readonly publisher: string;
  readonly name: string;
  readonly archive: File;
  readonly envelope: string;
}

/** Uploads a signed package; `percent` says how much of it the network has taken. */
export function usePublish() {
  const api = useApi();
  const cache = useQueryClient();
  const [percent, setPercent] = useState(0);
  const publish = useMutation<ReleaseView, Error, Upload>({
    mutationFn: async ({ publisher, name, archive, envelope }) => {
      setPercent(0);
      const bytes = new Uint8Array(await archive.arrayBuffer());
      return api.publish(publisher, name, bytes, envelope, {
        onProgress: (sent, total) => setPercent(total === 0 ? 100 : (sent / total) * 100),
      });
    },
    // A refused package is kept as a rejected release, so the list changes either way.
    onSettled: async (_, __, { publisher }) => {
      await cache.invalidateQueries({ queryKey: ["publisher", publisher, "releases"] });
      await cache.invalidateQueries({ queryKey: ["apps"] });
    },
  });
  return { ...publish, percent };
}
