import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../processes/command.ts";
import { readText, root } from "../walls/repository.ts";

/** The lowest version of Node that the packages say they run on. */
export const lowestNode: string = lowestOf(readText("packages/core/package.json"));

/** The versions on which the packages are installed and tried: an exact one, or the newest of a major version. */
export const rehearsedNodes: readonly string[] = [lowestNode, "24", "26"];

/** The folder of the executable of a version of Node, once it is installed. */
export function nodeFolder(version: string): string {
  return join(installation(version), "node_modules/.bin");
}

/** Installs a version of Node, which comes as an npm package, unless it is there. */
export async function installNode(version: string): Promise<void> {
  if (existsSync(join(nodeFolder(version), "node"))) return;
  const folder = installation(version);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}\n");
  await run(["npm", "install", "--no-save", "--no-package-lock", `node@${version}`], { folder });
}

/** Where `pnpm test:matrix` keeps them, too. */
function installation(version: string): string {
  return join(root, ".cache/node", version);
}

function lowestOf(manifest: string): string {
  const { engines } = JSON.parse(manifest) as { engines: { node: string } };
  return engines.node.replace(">=", "");
}
