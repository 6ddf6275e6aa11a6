/** Puts the runs of installations together with the journal that keeps them. */
import type { Kysely } from "kysely";
import { type JobsOptions, openJobs } from "../jobs/open-jobs.ts";
import type { Schema } from "../storage/schema.ts";
import { defineInstallRun } from "./install/install-run.ts";
import type { LifecycleWorks } from "./lifecycle.ts";
import type { InstallationWorks } from "./parts.ts";
import { defineUninstallRun } from "./uninstall-run.ts";

export interface InstallationRunsOptions
  extends Pick<JobsOptions, "nodeId" | "observers" | "maxRunning" | "of"> {
  readonly works: InstallationWorks;
  readonly kysely: Kysely<Schema>;
}

/** The works with their jobs, which whoever opened them closes. */
export function openInstallationRuns(options: InstallationRunsOptions): LifecycleWorks {
  const { works, kysely, ...rest } = options;
  const jobs = openJobs({
    ...rest,
    kysely,
    ground: works.ground,
    definitions: [defineInstallRun(works), defineUninstallRun(works)],
  });
  return { ...works, jobs };
}
