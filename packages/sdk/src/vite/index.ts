export { type BerthRemoteOptions, berthRemote, type SharedWanted } from "./berth-remote.ts";
