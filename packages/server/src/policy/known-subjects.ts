/** Who could be asked about: the persons of an organization, as conditions and policies see them. */

export interface KnownSubject {
  readonly personId: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
}

export interface KnownSubjects {
  /** In the order of their names, at most `limit`. */
  list(organizationId: string, limit: number): Promise<readonly KnownSubject[]>;
  /** Undefined for who does not belong to the organization. */
  find(organizationId: string, idOrEmail: string): Promise<KnownSubject | undefined>;
}
