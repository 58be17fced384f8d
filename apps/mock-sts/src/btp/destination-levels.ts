import type { Tenant } from "../tenants/tenant.ts";
import type { ConfigurationLevel } from "./configurations.ts";
import { ServiceError } from "./service-error.ts";

const LEVELS = ["provider_subaccount", "provider_instance", "subaccount", "instance"] as const;

/** A level as requests name it, seen from the tenant of the request. */
export type ReferenceLevel = (typeof LEVELS)[number];

/** A name and the level to search; without a level, instance is searched before subaccount. */
export interface Reference {
  readonly name: string;
  readonly level: ReferenceLevel | undefined;
}

/** A level of one tenant. */
export interface PlacedLevel {
  readonly tenantId: string;
  readonly level: ConfigurationLevel;
}

/**
 * Reads a name that may be followed by `@` and a level; v1 has no levels.
 *
 * @throws ServiceError 400 for a blank name or an unknown level.
 */
export function parseReference(
  text: string,
  context: { readonly version: "v1" | "v2"; readonly defaultLevel: ReferenceLevel | undefined },
): Reference {
  const at = text.lastIndexOf("@");
  const hasLevel = context.version === "v2" && at !== -1;
  const name = hasLevel ? text.slice(0, at) : text;
  if (name.trim() === "") throw new ServiceError(400, "The name is blank");
  if (context.version === "v1") return { name, level: undefined };
  if (!hasLevel) return { name, level: context.defaultLevel };
  const level = LEVELS.find((known) => known === text.slice(at + 1));
  if (level === undefined) throw new ServiceError(400, "The level is unknown");
  return { name, level };
}

/** Tells whether the subscriber's subaccount level is mixed with another one. */
export function mixesLevels(references: readonly Reference[]): boolean {
  const used = new Set(references.map(({ level }) => level));
  return used.has("subaccount") && used.size > 1;
}

/** Lists the places that a level means for a tenant, in the order in which they are searched. */
export function placesOf(
  level: ReferenceLevel | undefined,
  { tenant, provider }: { readonly tenant: Tenant; readonly provider: Tenant },
): readonly PlacedLevel[] {
  const { tenantId } = tenant;
  if (level === undefined) {
    return [
      { tenantId, level: "instance" },
      { tenantId, level: "subaccount" },
    ];
  }
  if (level === "provider_subaccount") {
    return [{ tenantId: provider.tenantId, level: "subaccount" }];
  }
  if (level === "provider_instance") return [{ tenantId: provider.tenantId, level: "instance" }];
  return [{ tenantId, level }];
}
