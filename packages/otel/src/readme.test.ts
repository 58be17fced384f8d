import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openCache } from "./telemetry.test-support.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

it("README: the table of metrics has every one, with its unit", async () => {
  const { cache, source, telemetry, collect } = openCache();
  telemetry.observe(cache);
  source.failNext(new Error("one failure"));
  await cache.getToken().catch(() => {});
  telemetry.onEvent({ type: "audience-mismatch", identity: undefined, at: 0 });
  const [, table = ""] = /## Metrics(.*?)## /s.exec(readme) ?? [];
  const rows = Array.from(
    table.matchAll(/^\| `(agent_oauth[\w.]+)` *\|[^|]*\| *`?([^|`]*?)`? *\|/gm),
    ([, name, unit]) => `${name} ${unit}`,
  );
  const collected = (await collect()).map(({ descriptor: { name, unit } }) => `${name} ${unit}`);
  expect(rows.sort()).toEqual(collected.sort());
});
