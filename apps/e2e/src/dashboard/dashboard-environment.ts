import { findChromium } from "./chromium.ts";

/** The browser to test with: the one that `CHROMIUM` names, or one that the system has. */
export function chromiumPath(): string | undefined {
  return findChromium(process.env.CHROMIUM || undefined);
}

/** Whether the picture of the README is to be made anew. */
export function isPictureWanted(): boolean {
  return process.env.DASHBOARD_PICTURE === "1";
}
