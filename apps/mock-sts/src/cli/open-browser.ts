import { spawn } from "node:child_process";
import { once } from "node:events";

/** The command that opens a URL, for each platform that has one of its own. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ["open"],
  // `start` takes its first quoted argument for a title.
  win32: ["cmd", "/c", "start", '""'],
};

/**
 * Opens a URL in the user's browser.
 *
 * @throws Error if there is no opener, or if it fails.
 */
export async function openBrowser(
  url: string,
  [command, ...args] = OPENERS[process.platform] ?? ["xdg-open"],
): Promise<void> {
  const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  child.unref();
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
}
