/** The parts of an open Berth, as its own files in this folder hand them to each other. */
import type { PersonEraser } from "../identity/erasing/erase-person.ts";
import type { OpenedIdentity } from "../identity/open-identity.ts";
import type { SignOn } from "../identity/sso/open-sign-on.ts";
import type { OwnedDirectory } from "../installation/directory.ts";
import type { LifecycleWorks } from "../installation/lifecycle.ts";
import type { OpenedPolicies } from "../policy/open-policies.ts";
import type { SubjectSource } from "../policy/subjects.ts";
import type { OpenedRegistry } from "../registry/open-registry.ts";
import type { Hosts } from "../runtime/hosts.ts";
import type { ViewTokens } from "../runtime/view-token.ts";
import type { OpenedTrail } from "../trail/open-trail.ts";
import type { DataPlane } from "./open-data-plane.ts";
import type { Storage } from "./open-storage.ts";
import type { PermissivePublishers } from "./permissive-publishers.ts";
import type { PostureKeeper } from "./posture.ts";

export interface Parts {
  readonly storage: Storage;
  readonly identity: OpenedIdentity;
  readonly subjects: SubjectSource;
  readonly trail: OpenedTrail;
  readonly policies: OpenedPolicies;
  readonly signOn: SignOn;
  readonly registry: OpenedRegistry;
  readonly directory: OwnedDirectory;
  readonly hosts: Hosts;
  readonly tokens: ViewTokens;
  readonly plane: DataPlane;
  readonly posture: PostureKeeper;
  readonly works: LifecycleWorks;
  readonly eraser: PersonEraser;
  readonly createRequestId: () => string;
  readonly requirePermissive: PermissivePublishers["requirePermissive"];
}
