/** The ten steps of an install (protocol's `installSteps`), as a run that can be taken back. */
import { installSteps, parseInstallationId } from "@berth/protocol";
import { type AnyRunDefinition, defineRun } from "../../jobs/run.ts";
import { type InstallationWorks, purge } from "../parts.ts";
import { recordSteps } from "../record-runs.ts";
import {
  allocateStep,
  compatibilityStep,
  dependenciesStep,
  downloadStep,
  resolveStep,
  sandboxStep,
} from "./admit.ts";
import { type InstallInput, parseInstallInput } from "./install-input.ts";
import { activateStep, configureStep, deployStep, healthStep, installError } from "./set-up.ts";

export const installRunKind = "install";

export function defineInstallRun(works: InstallationWorks): AnyRunDefinition {
  const { store, directory, ground } = works;
  const steps = {
    resolve: resolveStep(works),
    compatibility: compatibilityStep(works),
    dependencies: dependenciesStep(works),
    allocate: allocateStep(works),
    sandbox: sandboxStep(works),
    download: downloadStep(works),
    deploy: deployStep(works),
    configure: configureStep(works),
    health: healthStep(works),
    activate: activateStep(works),
  };
  return defineRun<InstallInput>({
    kind: installRunKind,
    steps: installSteps.map((name) => steps[name]),
    onFailure: "back",
    parseInput: parseInstallInput,
    toError: installError,
    onStepEnd: recordSteps(works.trail, installRunKind),
    onCommitted: ({ subject }) => directory.invalidate(parseInstallationId(subject)),

    async onTurningBack(trx, { subject, error }) {
      const row = await store.lock(trx, subject);
      await store.transition(trx, row, "fail", error.message);
    },

    async onEnd(trx, { subject, state, error }) {
      if (state === "undone") {
        // Grants, secrets and the data key go with it: what was sealed cannot be opened again.
        await trx.deleteFrom("installation").where("id", "=", subject).execute();
      } else if (state === "stuck") {
        const reason = `The install failed and could not be undone: ${error?.message ?? "unknown"}`;
        await store.update(trx, subject, { state: "failed", state_reason: reason });
      }
    },

    async afterEnd({ subject, state }) {
      if (state !== "undone") return;
      // What was still on its way when the steps were undone, such as log lines of a stopped cell.
      await purge(works, parseInstallationId(subject));
      ground.logger.info({ installation: subject }, "An install was undone");
    },
  });
}
