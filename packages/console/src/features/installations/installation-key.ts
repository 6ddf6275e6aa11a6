/** Prefix of everything cached about one installation. */
export function installationKey(organization: string, installation: string) {
  return ["installation", organization, installation] as const;
}
