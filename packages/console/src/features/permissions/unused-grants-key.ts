/** Prefix of what is cached of grants that nobody used. */
export function unusedGrantsKey(organization: string) {
  return ["unused-grants", organization] as const;
}
