/** The manifest that users already know; it must validate unchanged, for ever. */
export const exampleManifest = {
  id: "my-calculator",
  name: "Calculator",
  version: "1.0.0",
  description: "…",
  entryPoint: "calculator.js",
  permissions: [{ type: "api", resource: "/api/calculations/*", actions: ["read", "write"] }],
  resources: { memory: 50, cpu: 25, storage: 10, network: 50, apiCalls: 100 },
  security: {
    sandboxLevel: "strict",
    allowedDomains: ["api.calculator.com"],
    blockedAPIs: ["eval", "Function"],
    dataEncryption: true,
    auditLogging: true,
  },
};
