/** Resumes that a process did not live to end, and those that are under way on another node. */
import { parseInstallationId, parseManifest } from "@berth/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDirectory } from "../../src/installation/directory.ts";
import {
  type ResumeWorks,
  recoverInterruptedResumes,
} from "../../src/installation/interrupted-resumes.ts";
import { createInstallationStore } from "../../src/installation/store.ts";
import { openJobs } from "../../src/jobs/open-jobs.ts";
import {
  createPolicyChanges,
  openPolicyNodes,
  type PolicyNodes,
} from "../../src/policy/nodes/open-nodes.ts";
import { databasesUnderTest, silentLogger } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";

const manifest = parseManifest({
  ...{ id: "app", name: "App", version: "1.0.0", description: "App.", entryPoint: "view.js" },
});
const idOf = (index: number) => parseInstallationId(`i${String(index).padStart(26, "0")}`);

describe.each(databasesUnderTest())("interrupted resumes on %s", (kind) => {
  let services: TestServices;
  beforeAll(async () => {
    services = await openTestServices(kind);
  });
  afterAll(() => services?.[Symbol.asyncDispose]());

  const openNode = (id: string): Promise<PolicyNodes> =>
    openPolicyNodes({
      ...{ database: services.database, id, logger: silentLogger },
      apply: () => undefined,
    });

  function worksOf(nodes: PolicyNodes): ResumeWorks & AsyncDisposable {
    const { database, ground, identity, keys, trail } = services;
    const { kysely } = database;
    const changes = createPolicyChanges(database);
    const store = createInstallationStore({ kysely, ground, changes });
    const directory = createDirectory({ store, organizations: identity, keys });
    const jobs = openJobs({ kysely, ground, nodeId: nodes.ownId, definitions: [] });
    const close = () => jobs.close();
    return { store, directory, changes, jobs, trail, nodes, [Symbol.asyncDispose]: close };
  }

  async function addLoading(index: number, resumingNode: string | null): Promise<void> {
    const at = new Date(services.clock.now());
    await services.database.kysely
      .insertInto("installation")
      .values({
        ...{ id: idOf(index), organization_id: "org", app: `test/app-${index}` },
        ...{ version: "1.0.0", digest: "a".repeat(64), manifest: JSON.stringify(manifest) },
        ...{ state: "loading", state_reason: null, resuming_node: resumingNode, data_key: "k" },
        ...{ resources: "{}", config: "{}", config_hash: "0".repeat(16), last_run_id: null },
        ...{ installed_by: "person", installed_at: at, updated_at: at, revision: 1 },
      })
      .execute();
  }

  /** The places in the list of those that are still being resumed. */
  async function underWay(): Promise<readonly string[]> {
    const rows = await services.database.kysely
      .selectFrom("installation")
      .select("resuming_node")
      .where("state", "=", "loading")
      .orderBy("id")
      .execute();
    return rows.map(({ resuming_node }) => resuming_node ?? "unknown");
  }

  it("are taken back when their process is gone, and left alone while it lives", async () => {
    await using own = await openNode("place-a/now");
    await using works = worksOf(own);
    const others = ["place-b/now", "place-a/before", "place-c/before", null];
    for (const [index, node] of ["place-a/now", ...others].entries()) await addLoading(index, node);
    if (kind === "postgres") {
      await using _other = await openNode("place-b/now");
      await recoverInterruptedResumes(works, ["place-a"]);
      expect(await underWay()).toEqual(["place-a/now", "place-b/now", "unknown"]);
      // Whose place is said to be dead is not asked for its lease.
      await recoverInterruptedResumes(works, ["place-b"]);
      expect(await underWay()).toEqual(["place-a/now", "unknown"]);
    }
    await recoverInterruptedResumes(works);
    expect(await underWay()).toEqual(["place-a/now"]);
    await services.trail.flush();
    const recorded = await services.trail.search.find({
      ...{ organizationId: "org", filters: { action: "installation.resume.failed" } },
      ...{ before: undefined, limit: 10 },
    });
    expect(recorded).toHaveLength(4);
  });
});
