/**
 * Takes back the resumes that a process began and did not live to end.
 *
 * Invariant: one that is under way is left alone, whoever asks: only of a process that is known to be gone,
 * or that the database has not heard of for seconds, it is taken back. A process that was only frozen finds its
 * installation suspended when it goes on, and says so to whoever asked it.
 */
import { parseInstallationId } from "@berth/protocol";
import { bySystem } from "../http/actor.ts";
import {
  type ChangeWorks,
  changeInstallation,
  type LifecycleWorks,
  recordAct,
} from "./lifecycle.ts";
import { stateOf } from "./store.ts";

const lookIntervalMs = 30_000;

export type ResumeWorks = ChangeWorks &
  Pick<LifecycleWorks, "nodes"> & { readonly jobs: Pick<LifecycleWorks["jobs"], "hasUnfinished"> };

/**
 * @param deadPlaces - names of places whose former processes are gone for certain; this process itself never is
 */
export async function recoverInterruptedResumes(
  works: ResumeWorks,
  deadPlaces: readonly string[] = [],
): Promise<void> {
  const ids = await works.store.listIdsInState("loading");
  if (ids.length === 0) return;
  const { ownId } = works.nodes;
  const living = await works.nodes.listLiving();
  const isUnderWay = (node: string | null) => {
    // Begun by a release that did not say who: whoever else lives may be of that release.
    if (node === null) return [...living].some((id) => id !== ownId);
    if (node === ownId) return true;
    return living.has(node) && !deadPlaces.includes(node.slice(0, node.indexOf("/")));
  };
  for (const id of ids) {
    await changeInstallation(works, parseInstallationId(id), async (trx, row) => {
      if (stateOf(row) !== "loading" || isUnderWay(row.resuming_node)) return;
      if (await works.jobs.hasUnfinished(trx, id)) return;
      const reason = "Berth ended while it was being resumed; resume it again.";
      await works.store.transition(trx, row, "suspend", reason);
      await recordAct(works, trx, row, { ...bySystem, verb: "resume.failed" });
    });
  }
}

/** Looks again and again, for nodes that end and never come back. @returns how to stop it */
export function watchInterruptedResumes(
  works: ResumeWorks & Pick<LifecycleWorks, "ground">,
): () => void {
  const timer = setInterval(() => {
    recoverInterruptedResumes(works).catch((error: unknown) => {
      works.ground.logger.warn({ err: error }, "Interrupted resumes could not be looked for");
    });
  }, lookIntervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
