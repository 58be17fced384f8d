import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { allowList, scope, unrestricted } from "./allow-list.ts";
import { computed, moduleReferences } from "./module-references.ts";
import { isTest, type WorkspacePackage } from "./workspace-packages.ts";

/** Lists what one source file imports and may not, by the allow-list and its package.json. */
export function importFaults(
  pkg: WorkspacePackage,
  { file, source }: { file: string; source: string },
): readonly string[] {
  return moduleReferences(source)
    .filter((name) => !mayImport(pkg, file, name))
    .map((name) => `${file} imports ${name}`);
}

function mayImport(pkg: WorkspacePackage, file: string, name: string): boolean {
  const free = unrestricted.includes(pkg.shortName);
  // A test may run a program that it wrote; what is published may not pick its imports at run time.
  if (name === computed) return free || isTest(file);
  if (name.startsWith(".")) return isInside(pkg.folder, posix.join(posix.dirname(file), name));
  if (isBuiltin(name)) return name.startsWith("node:");
  const packageName = name.split("/", name.startsWith("@") ? 2 : 1).join("/");
  if (!isDeclared(pkg, packageName, free || isTest(file))) return false;
  if (free || !packageName.startsWith(scope)) return true;
  return allowList[pkg.shortName]?.ours?.includes(packageName.slice(scope.length)) ?? false;
}

function isInside(folder: string, path: string): boolean {
  return path.startsWith(`${folder}/`);
}

function isDeclared(pkg: WorkspacePackage, name: string, development: boolean): boolean {
  const { dependencies, peerDependencies, devDependencies } = pkg.manifest;
  return name in { ...dependencies, ...peerDependencies, ...(development ? devDependencies : {}) };
}
