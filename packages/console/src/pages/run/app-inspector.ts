import "@berth/react/inspector.css";

export { AppInspector } from "@berth/react/inspector";
