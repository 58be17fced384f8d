import { type Allowance, allowList, scope, testTools, unrestricted } from "./allow-list.ts";
import type { WorkspacePackage } from "./workspace-packages.ts";

type DependencyField = (typeof dependencyFields)[number];

const dependencyFields = [
  "dependencies",
  "optionalDependencies",
  "peerDependencies",
  "devDependencies",
] as const;

/** Lists what a package.json depends on and may not, one sentence each. */
export function manifestViolations({ shortName, manifest }: WorkspacePackage): readonly string[] {
  if (unrestricted.includes(shortName)) {
    return manifest.private === true ? [] : [`${shortName} may depend on everything: not private`];
  }
  if (testTools.includes(shortName)) return toolViolations({ shortName, manifest });
  const allowance = allowList[shortName];
  if (allowance === undefined) return [`${shortName} is not in the allow-list`];
  const ours = (allowance.ours ?? []).map((name) => scope + name);
  // Tests may use any tool, but of this workspace only what the package itself may use, and what is made for tests.
  const shared = shortName === "mock-sts" ? [] : testTools.map((name) => scope + name);
  const others = Object.keys(manifest.devDependencies ?? {}).filter((name) => !isOurs(name));
  const allowed: Record<DependencyField, readonly string[]> = {
    dependencies: [...ours, ...(allowance.others ?? [])],
    optionalDependencies: [],
    peerDependencies: allowance.peers ?? [],
    devDependencies: [...ours, ...shared, ...others],
  };
  return dependencyFields.flatMap((field) =>
    Object.keys(manifest[field] ?? {})
      .filter((name) => !allowed[field].includes(name))
      .map((name) => `${shortName}: ${field} has ${name}`),
  );
}

function toolViolations({
  shortName,
  manifest,
}: Pick<WorkspacePackage, "shortName" | "manifest">): readonly string[] {
  const violations = manifest.private === true ? [] : [`${shortName} is for tests: not private`];
  for (const field of dependencyFields) {
    const names = Object.keys(manifest[field] ?? {}).filter(isOurs);
    violations.push(...names.map((name) => `${shortName}: ${field} has ${name}`));
  }
  return violations;
}

/** Lists the entries of an allow-list that do not lead strictly downwards. */
export function rankViolations(list: Readonly<Record<string, Allowance>>): readonly string[] {
  return Object.entries(list).flatMap(([name, { rank, ours = [] }]) =>
    ours
      .filter((lower) => (list[lower]?.rank ?? Number.POSITIVE_INFINITY) >= rank)
      .map((lower) => `${name} may depend on ${lower}, which is not below it`),
  );
}

function isOurs(name: string): boolean {
  return name.startsWith(scope);
}
