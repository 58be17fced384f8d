import { cpSync } from "node:fs";
import { join } from "node:path";
import { pnpm, run } from "../processes/command.ts";
import { repositoryFiles, root } from "../walls/repository.ts";
import type { Registry } from "./registry.ts";

/** The public home of the rehearsal; the repository may have none yet. */
export const rehearsedHome = "https://github.com/rehearsal/agent-oauth";

/**
 * Releases all packages to a registry, as a maintainer does, from a copy of the repository in `folder`. Tries it without
 * a public home before, and returns what that printed.
 */
export async function publishAll(folder: string, registry: Registry): Promise<string> {
  for (const file of repositoryFiles()) cpSync(join(root, file), join(folder, file));
  registry.use(folder);
  const git = (...args: string[]) => run(["git", ...args], { folder });
  await git("init", "--quiet", "--initial-branch", "main");
  await git("add", "--all");
  const author = ["-c", "user.name=rehearsal", "-c", "user.email=rehearsal@localhost"];
  await git(...author, "commit", "--quiet", "--message", "before");
  await pnpm(["install", "--frozen-lockfile", "--prefer-offline"], { folder });
  await run(["npm", "pkg", "delete", "repository"], { folder });
  const refusal = await pnpm(["run", "release"], { folder }).catch(String);
  await pnpm(["run", "set-home", rehearsedHome], { folder });
  await pnpm(["run", "version-packages"], { folder });
  await pnpm(["run", "release"], { folder });
  return refusal;
}
