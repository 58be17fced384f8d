import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { inject } from "vitest";
import type { CommandOptions } from "../processes/command.ts";
import { nodeFolder } from "./node-release.ts";
import { registryAt } from "./registry.ts";

/** Makes the empty folder of a user who has this version of Node, and installs from the rehearsal's registry. */
export function userFolder(node: string): Required<Pick<CommandOptions, "folder" | "environment">> {
  const { host, users } = inject("publication");
  mkdirSync(users, { recursive: true });
  const folder = mkdtempSync(join(users, "user-"));
  const home = `${folder}-home`;
  registryAt(host).use(home);
  const [own, settings] = [join(homedir(), ".npmrc"), join(home, ".npmrc")];
  // Where the packages of others come from is left as it is.
  if (existsSync(own)) appendFileSync(settings, readFileSync(own));
  const environment = {
    PATH: [nodeFolder(node), process.env.PATH].join(delimiter),
    npm_config_userconfig: settings,
    // Of this rehearsal only: npx would run what an earlier one has left in the user's.
    npm_config_cache: join(users, "npm-cache"),
  };
  return { folder, environment };
}
