import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { scope } from "../walls/allow-list.ts";
import { packageReferences } from "../walls/module-references.ts";
import { type Manifest, workspacePackages } from "../walls/workspace-packages.ts";
import { relativeLinks } from "./package-metadata.ts";

/** The packages of ours that a package brings by what it declares, itself among them, without the scope and sorted. */
export function declaredPackages(name: string): readonly string[] {
  const manifests = new Map(workspacePackages().map(({ manifest }) => [manifest.name, manifest]));
  const found = new Set<string>();
  const visit = (next: string): void => {
    if (!next.startsWith(scope) || found.has(next)) return;
    found.add(next);
    Object.keys(manifests.get(next)?.dependencies ?? {}).forEach(visit);
  };
  visit(name);
  return [...found].map((each) => each.slice(scope.length)).sort();
}

/** Lists what the built files of our installed packages import without declaring it: `PACKAGE imports MODULE`. */
export function undeclaredModules(modules: string): readonly string[] {
  return readdirSync(join(modules, scope)).flatMap((name) => {
    const folder = join(modules, scope, name);
    const manifest: Manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
    return importedPackages(join(folder, "dist"))
      .filter((module) => module !== manifest.name && !Object.hasOwn(declared, module))
      .map((module) => `${name} imports ${module}`);
  });
}

/** Lists the files of tests in our installed packages, which have their sources and should have no test. */
export function testFiles(modules: string): readonly string[] {
  const files = readdirSync(join(modules, scope), { recursive: true, encoding: "utf8" });
  if (!files.some((file) => /src.index\.ts$/.test(file))) return ["no sources"];
  return files.filter((file) => /\.test[.-]/.test(file));
}

/** Lists the links of our installed READMEs that lead to files of the repository, which a user does not have. */
export function inwardLinks(modules: string, home: string): readonly string[] {
  return readdirSync(join(modules, scope)).flatMap((shortName) => {
    const readme = readFileSync(join(modules, scope, shortName, "README.md"), "utf8");
    return relativeLinks({ shortName, folder: "packages" }, readme, home);
  });
}

/** The packages that the JavaScript files of a folder import, by name. */
function importedPackages(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const references = files
    .filter((file) => file.endsWith(".js"))
    .flatMap((file) => packageReferences(readFileSync(join(folder, file), "utf8")));
  return [...new Set(references)].sort();
}
