import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { CONFIG_TABLES } from "../../test-support/config-document.ts";
import { readConfig } from "./config-read.ts";

const file = new URL("../../docs/configuration.md", import.meta.url);

describe("docs/configuration.md", () => {
  it("has the tables of what the schemas say; `vitest -u` writes them anew", async () => {
    const text = await readFile(file, "utf8");
    const names = Array.from(text.matchAll(/<!-- begin (\w+) -->/g), ([, name]) => name);
    expect(names.sort()).toEqual(Object.keys(CONFIG_TABLES).sort());
    const expected = Object.entries(CONFIG_TABLES).reduce(
      (all, [name, table]) =>
        all.replace(
          new RegExp(`(<!-- begin ${name} -->\\n)[\\s\\S]*?(<!-- end -->)`),
          (_match, begin, end) => `${begin}\n${table}\n\n${end}`,
        ),
      text,
    );
    await expect(expected).toMatchFileSnapshot(file.pathname);
  });

  it("shows examples that are right", async () => {
    const text = await readFile(file, "utf8");
    const examples = Array.from(
      text.matchAll(/```(?:yaml|json)\n([\s\S]*?)```/g),
      ([, it]) => it ?? "",
    );
    expect(examples.length).toBeGreaterThan(2);
    for (const example of examples) expect(() => readConfig(example, "example")).not.toThrow();
  });
});
