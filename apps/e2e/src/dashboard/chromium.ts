import { accessSync, constants } from "node:fs";

/** Where systems put Chromium, and browsers made of it: Debian, Fedora, Chrome, macOS. */
const INSTALLED = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Finds a Chromium: the one that is named, or else one that the system has. */
export function findChromium(
  named: string | undefined,
  installed: readonly string[] = INSTALLED,
): string | undefined {
  return (named === undefined ? installed : [named]).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
