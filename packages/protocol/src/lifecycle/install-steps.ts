/** The ten steps of an install, in order (CAPABILITIES D1), and those of an uninstall. */
export const installSteps = [
  "resolve",
  "compatibility",
  "dependencies",
  "allocate",
  "sandbox",
  "download",
  "deploy",
  "configure",
  "health",
  "activate",
] as const;

export type InstallStep = (typeof installSteps)[number];

export const uninstallSteps = ["drain", "hook", "remove-state", "remove-installation"] as const;

export type UninstallStep = (typeof uninstallSteps)[number];

export const stepStates = ["pending", "running", "done", "failed", "undoing", "undone"] as const;
export type StepState = (typeof stepStates)[number];

export const runStates = ["running", "done", "undoing", "undone", "stuck"] as const;
/** `undone`: it failed or was cancelled, and every done step was taken back. */
export type RunState = (typeof runStates)[number];
