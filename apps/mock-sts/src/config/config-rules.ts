import { didYouMean } from "../checks/nearest-name.ts";
import { type MockStsOptions, resolveOptions } from "../options/options.ts";
import { BUILT_IN_SCENARIOS } from "../options/scenario.ts";
import { resolveTenants } from "../options/tenants.ts";
import type { Config } from "./config-schema.ts";

/** A broken rule, by the path in the configuration. */
export interface RuleViolation {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Returns the options of a configuration, without its live keys. */
export function optionsOf(config: Config): Omit<MockStsOptions, "onAnswer"> {
  const { preset, scenario, alwaysUnauthorized, faults, clock, ...options } = config;
  return options;
}

/** Lists the broken rules of a configuration whose single values are valid. */
export function brokenRules(config: Config): readonly RuleViolation[] {
  const faults = [
    ...scenarioViolations(config),
    ...handshakeViolations(config),
    ...tenantViolations(config),
  ];
  if (faults.length > 0) return faults;
  try {
    resolveOptions(optionsOf(config));
    return [];
  } catch (error) {
    return [{ path: [], message: (error as Error).message }];
  }
}

function scenarioViolations({ scenario, scenarios = [] }: Config): RuleViolation[] {
  const names = [...BUILT_IN_SCENARIOS, ...scenarios].map(({ name }) => name);
  if (scenario === undefined || names.includes(scenario)) return [];
  const message = `must be one of ${names.join(", ")}${didYouMean(scenario, names)}`;
  return [{ path: ["scenario"], message }];
}

function handshakeViolations({ faults = [], insecureHttp = false }: Config): RuleViolation[] {
  return faults.flatMap(({ effect }, index) =>
    insecureHttp && effect.kind === "tls-refusal"
      ? [{ path: ["faults", index], message: 'a TLS refusal needs TLS, and "insecureHttp" is set' }]
      : [],
  );
}

function tenantViolations(config: Config): RuleViolation[] {
  const { tenants = [], identityZone = "provider-zone", tenantId = "mock-tenant" } = config;
  const good: (typeof tenants)[number][] = [];
  return tenants.flatMap((tenant, index) => {
    try {
      resolveTenants([...good, tenant], { identityZone, tenantId });
      good.push(tenant);
      return [];
    } catch (error) {
      return [{ path: ["tenants", index], message: (error as Error).message }];
    }
  });
}
