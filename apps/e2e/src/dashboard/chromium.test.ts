import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { findChromium } from "./chromium.ts";

describe("findChromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "chromium-"));
  const file = (name: string, mode: number) => {
    writeFileSync(join(folder, name), "", { mode });
    return join(folder, name);
  };
  const [first, second] = [file("first", 0o755), file("second", 0o755)];
  const plain = file("plain", 0o644);
  const missing = join(folder, "missing");

  it("finds the first that is installed and can be run", () => {
    expect(findChromium(undefined, [missing, plain, first, second])).toBe(first);
    expect(findChromium(undefined, [missing, plain])).toBeUndefined();
  });

  it("takes the one that is named, and no other in its place", () => {
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect(findChromium(second, [first])).toBe(second);
    expect(findChromium(missing, [first])).toBeUndefined();
  });
});
