/** What is drawn at this address is RunWorkspace, which outlives it. */
export function RunPage() {
  return null;
}
