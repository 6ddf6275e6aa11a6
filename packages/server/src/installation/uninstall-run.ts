/** The steps of an uninstall (protocol's `uninstallSteps`). It only goes forward. */
import {
  BerthError,
  isBerthError,
  parseInstallationId,
  toWire,
  uninstallSteps,
} from "@berth/protocol";
import { type AnyRunDefinition, defineRun, type RunStep } from "../jobs/run.ts";
import { type InstallationWorks, purge } from "./parts.ts";
import { recordSteps } from "./record-runs.ts";

export const uninstallRunKind = "uninstall";

type Step = RunStep<undefined>;

/** Its state is `uninstalling` since the request, so nothing new begins; this ends what runs. */
function drainStep(works: InstallationWorks): Step {
  return {
    name: "drain",
    async run({ subject }) {
      await works.functions.release(subject);
      return { detail: "Stopped serving; running requests ended." };
    },
  };
}

/** The app's last word. What fails here is noted and does not keep the app installed. */
function hookStep(works: InstallationWorks): Step {
  return {
    name: "hook",
    async run({ subject }) {
      const live = await works.directory.load(subject);
      if (live?.manifest.server === undefined) return { detail: "Has no function." };
      try {
        const { isDefined } = await works.functions.runHook(live, "uninstall", {});
        return { detail: isDefined ? "The uninstall hook ran." : "Has no uninstall hook." };
      } catch (error) {
        works.ground.logger.warn({ installation: subject, err: error }, "An uninstall hook failed");
        return { detail: `The uninstall hook failed: ${toWire(error).message.slice(0, 300)}` };
      }
    },
  };
}

function removeStateStep(works: InstallationWorks): Step {
  return {
    name: "remove-state",
    async run({ subject }) {
      return { detail: `Removed its ${await purge(works, parseInstallationId(subject))}.` };
    },
  };
}

function removeInstallationStep(): Step {
  return {
    name: "remove-installation",
    async run({ subject }) {
      return {
        detail: "Removed the installation with its grants, configuration and secrets.",
        commit: async (trx) => {
          await trx.deleteFrom("installation").where("id", "=", subject).execute();
        },
      };
    },
  };
}

export function defineUninstallRun(works: InstallationWorks): AnyRunDefinition {
  const steps = {
    drain: drainStep(works),
    hook: hookStep(works),
    "remove-state": removeStateStep(works),
    "remove-installation": removeInstallationStep(),
  };
  return defineRun<undefined>({
    kind: uninstallRunKind,
    steps: uninstallSteps.map((name) => steps[name]),
    onFailure: "forward",
    parseInput: () => undefined,
    toError(error, step) {
      if (isBerthError(error)) return error;
      return new BerthError("INTERNAL", `The uninstall step "${step}" failed inside Berth.`, {
        cause: error,
        details: { step },
      });
    },
    onStepEnd: recordSteps(works.trail, uninstallRunKind),
    onCommitted: ({ subject }) => works.directory.invalidate(parseInstallationId(subject)),
    async onEnd(trx, { subject, state, error }) {
      if (state !== "stuck") return;
      const reason = `The uninstall did not end: ${error?.message ?? "unknown"} Uninstall it again.`;
      await works.store.update(trx, subject, { state: "failed", state_reason: reason });
    },
    async afterEnd({ subject, state }) {
      if (state === "done") await purge(works, parseInstallationId(subject));
    },
  });
}
