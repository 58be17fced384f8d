import { describe, expect, it } from "vitest";
import { openBrowser } from "./open-browser.ts";

const node = process.execPath;

describe("openBrowser", () => {
  it("hands the URL to the opener", async () => {
    const check = "process.exit(process.argv[1] === 'https://localhost:1/' ? 0 : 1)";
    await expect(openBrowser("https://localhost:1/", [node, "-e", check])).resolves.toBeUndefined();
  });

  it("rejects if the opener is missing or fails", async () => {
    await expect(openBrowser("https://a/", ["no-such-opener"])).rejects.toThrow("ENOENT");
    await expect(openBrowser("https://a/", [node, "-e", "process.exit(3)"])).rejects.toThrow("3");
  });
});
