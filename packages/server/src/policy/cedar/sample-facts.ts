/** Accesses with everything known, so chosen that every policy of a text is evaluated by one of them. */
import { type CompiledPolicy, uidOf } from "./compile.ts";
import type { PolicyFacts } from "./facts.ts";

export function sampleFacts(policies: readonly CompiledPolicy[]): readonly PolicyFacts[] {
  return policies.flatMap(({ json, actions }) =>
    [...actions].slice(0, 1).map((name): PolicyFacts => {
      // Made from these two in the table of permissions.
      const [type, action] = name.split(":") as [
        PolicyFacts["access"]["type"],
        PolicyFacts["access"]["action"],
      ];
      const scope = [json.principal, json.resource].flatMap((constraint) => {
        const within = constraint.op === "is" ? constraint.in : constraint;
        return within !== undefined && "entity" in within ? [uidOf(within.entity)] : [];
      });
      const named = (wanted: string) => scope.find((uid) => uid.type === wanted)?.id;
      const kind =
        json.principal.op === "is" && json.principal.entity_type === "Service"
          ? "service"
          : json.principal.op === "is" && json.principal.entity_type === "Installation"
            ? "installation"
            : "person";
      const publisher = named("Publisher") ?? "publisher";
      return {
        access: {
          ...{ type, action },
          resource: json.resource.op === "==" ? (scope.at(-1)?.id ?? "") : "example.com",
        },
        principal: {
          kind,
          id: named("Person") ?? named("Service") ?? "person",
          roles: [named("Role") ?? "member"],
          groups: [named("Group") ?? "group"],
        },
        installation: named("Installation") ?? "installation",
        app: named("App") ?? `${publisher}/app`,
        organization: named("Organization") ?? "organization",
        now: 0,
        purpose: "request",
        address: "192.0.2.1",
        secondFactorAgeSeconds: 1,
        dataClass: "internal",
      };
    }),
  );
}
