/** What `berth dev` says of the app, live; the browser reconnects by itself when it starts again. */
import type { DevState } from "@berth/protocol/dev";
import { useEffect, useState } from "react";

export interface DevConnection {
  /** The last that was heard; undefined before the first. */
  readonly state: DevState | undefined;
  readonly isConnected: boolean;
}

export function useDevState(): DevConnection {
  const [connection, setConnection] = useState<DevConnection>({
    state: undefined,
    isConnected: true,
  });
  useEffect(() => {
    const events = new EventSource("/dev/events");
    events.onmessage = ({ data }: MessageEvent<string>) =>
      // Written by the server that serves this very page.
      setConnection({ state: JSON.parse(data) as DevState, isConnected: true });
    events.onerror = () => setConnection((before) => ({ ...before, isConnected: false }));
    return () => events.close();
  }, []);
  return connection;
}
