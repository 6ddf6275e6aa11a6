import { useEffect, useLayoutEffect } from "react";

/** A layout effect that does not warn when rendered on a server by React 18. */
export const useBrowserLayoutEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;
