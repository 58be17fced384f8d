import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { openCache } from "./telemetry.test-support.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

it("README: the example runs", async () => {
  const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const forms: string[] = [];
  const server = createServer(async (request, response) => {
    forms.push(await text(request));
    response.end(JSON.stringify({ access_token: "s3ntinel", expires_in: 3_600 }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const child = spawn(
    process.execPath,
    ["--conditions=@agent-oauth/source", "--input-type=module-typescript", "--eval", example],
    {
      cwd: import.meta.dirname,
      env: { TOKEN_URL: `http://127.0.0.1:${port}/token` },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const printed = await text(child.stdout).finally(() => {
    server.closeAllConnections();
    server.close();
  });
  expect(forms).toEqual(["audience=orders"]);
  expect(printed.match(/'agent_oauth.cache.result': '\w+'|value: \d+/g)?.slice(0, 4)).toEqual([
    "'agent_oauth.cache.result': 'miss'",
    "value: 1",
    "'agent_oauth.cache.result': 'hit'",
    "value: 9",
  ]);
  expect(printed.match(/name: 'oauth token request'/g)).toHaveLength(1);
  expect(printed).toContain("agent_oauth.cache.entry.count");
  expect(printed).not.toContain("s3ntinel");
});

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
