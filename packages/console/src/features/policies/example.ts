/** What an empty editor offers to start from: small, of use, and right as it stands. */
export const examplePolicies = `// Apps reach no host of the open network between 22:00 and 06:00 UTC.
@id("no-network-at-night")
@reason("Nobody watches at night")
forbid (principal, action == Action::"network:connect", resource)
when {
  context.now.toTime() >= duration("22h") || context.now.toTime() < duration("6h")
};
`;
