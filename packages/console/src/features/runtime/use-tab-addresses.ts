import { useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";

export interface TabAddress {
  readonly params: { readonly installation: string; readonly _splat: string };
  readonly search: { readonly view?: string };
}

/** Where each running app was when its tab was last in front: its tab leads there again. */
export function useTabAddresses(active: string | undefined): ReadonlyMap<string, TabAddress> {
  const { _splat = "" } = useParams({ strict: false });
  const { view } = useSearch({ strict: false });
  const [addresses, setAddresses] = useState<ReadonlyMap<string, TabAddress>>(new Map());
  useEffect(() => {
    if (active === undefined) return;
    const address: TabAddress = {
      params: { installation: active, _splat },
      search: view === undefined ? {} : { view },
    };
    setAddresses((before) => new Map(before).set(active, address));
  }, [active, _splat, view]);
  return addresses;
}
