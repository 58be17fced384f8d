import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { allowList, scope, testTools, unrestricted } from "./allow-list.ts";
import { computed, moduleReferences } from "./module-references.ts";
import { isTest, type WorkspacePackage } from "./workspace-packages.ts";

/** A source file of a package. */
interface SourceFile {
  readonly file: string;
  readonly source: string;
}

/** Lists what one source file imports and may not, by the allow-list and its package.json. */
export function importViolations(
  pkg: WorkspacePackage,
  { file, source }: SourceFile,
): readonly string[] {
  const free = unrestricted.includes(pkg.shortName);
  const relaxed = free || isTest(file);
  const mayImport = (name: string): boolean => {
    // A test may run a program that it wrote; what is published may not pick imports at run time.
    if (name === computed) return relaxed;
    if (name.startsWith(".")) {
      const target = posix.join(posix.dirname(file), name);
      // What nobody installs may share the repository's scripts.
      return target.startsWith(`${pkg.folder}/`) || (free && target.startsWith("scripts/"));
    }
    if (isBuiltin(name)) return name.startsWith("node:");
    const packageName = name.split("/", name.startsWith("@") ? 2 : 1).join("/");
    if (!declaredNames(pkg, relaxed).includes(packageName)) return false;
    if (free || !packageName.startsWith(scope)) return true;
    const shared = relaxed ? testTools.map((tool) => scope + tool) : [];
    return [...oursOf(pkg), ...shared].includes(packageName);
  };
  return moduleReferences(source)
    .filter((name) => !mayImport(name))
    .map((name) => `${file} imports ${name}`);
}

function declaredNames({ manifest }: WorkspacePackage, withTools: boolean): readonly string[] {
  const { dependencies, peerDependencies, devDependencies } = manifest;
  const tools = withTools ? devDependencies : {};
  return Object.keys({ ...dependencies, ...peerDependencies, ...tools });
}

function oursOf({ shortName }: WorkspacePackage): readonly string[] {
  return (allowList[shortName]?.ours ?? []).map((name) => scope + name);
}
