import { posix } from "node:path";
import { scope } from "./allow-list.ts";
import { readText, repositoryFiles } from "./repository.ts";

/** The parts of a package.json that the walls read. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly author?: string;
  readonly keywords?: readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly publishConfig?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** One package of the workspace; paths are relative to the repository and use slashes. */
export interface WorkspacePackage {
  /** Its name without the scope. */
  readonly shortName: string;
  readonly folder: string;
  readonly manifest: Manifest;
  /** All TypeScript files under `src`, tests included. */
  readonly sources: readonly string[];
}

/** The packages of `packages/` and `apps/`, and the recipes, which are a workspace of their own. */
export function workspacePackages(): readonly WorkspacePackage[] {
  const files = repositoryFiles();
  return files
    .filter((file) =>
      /^(?:(?:packages|apps)\/[^/]+|apps\/examples\/frameworks)\/package\.json$/.test(file),
    )
    .map((file) => {
      const folder = posix.dirname(file);
      const manifest: Manifest = JSON.parse(readText(file));
      const sources = files.filter((name) => name.startsWith(`${folder}/src/`) && isSource(name));
      return { shortName: manifest.name.slice(scope.length), folder, manifest, sources };
    });
}

/** Whether a source file is a test or supports some, and so is neither built nor published. */
export function isTest(file: string): boolean {
  return /\.test(?:-support)?\.ts$/.test(file);
}

function isSource(file: string): boolean {
  return /\.[cm]?tsx?$/.test(file);
}
