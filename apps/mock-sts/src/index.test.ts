import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const staticImport = /^(?:import|export)(?! type\b)[^;]*?from "(\.[^"]+)";/gm;

/** Lists the sources that a file loads at once, itself among them. */
function loadedBy(file: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(staticImport)) {
    loadedBy(join(dirname(file), path), loaded);
  }
  return loaded;
}

describe("the library", () => {
  const folder = import.meta.dirname;
  const loaded = [...loadedBy(join(folder, "index.ts"))].map((file) => relative(folder, file));

  it("loads the command line, the configuration file and the dashboard only when they are used", () => {
    expect(loaded).toContain("serving/serve-dashboard.ts");
    expect(loaded.filter((file) => /^(?:cli|config|dashboard)\//.test(file))).toEqual([]);
  });
});
