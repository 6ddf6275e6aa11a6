export type { RemoteMounted } from "@berth/protocol";
export type { View, ViewLogger } from "../view/view.ts";
export { createRemoteView, type RemoteContext, type RemoteModule } from "./remote-view.ts";
