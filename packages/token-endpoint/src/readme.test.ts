import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { authority, startTestServer } from "./server.test-support.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

it("README: the example runs", async () => {
  const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const [server, pair] = [await startTestServer(), await authority.issue()];
  // Inside the package, so that its own name and its dependencies resolve.
  const reports = join(import.meta.dirname, "../reports");
  mkdirSync(reports, { recursive: true });
  const folder = mkdtempSync(join(reports, "readme-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "client.pem"), pair.certificate);
  writeFileSync(join(folder, "client-key.pem"), pair.key, { mode: 0o600 });
  writeFileSync(join(folder, "ca.pem"), authority.certificate);
  writeFileSync(join(folder, "example.ts"), example);
  const child = spawn(process.execPath, ["--conditions=@agent-oauth/source", "example.ts"], {
    cwd: folder,
    env: { TOKEN_URL: server.url, API_URL: server.url, USER_TOKEN: "user-token" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  expect(await text(child.stdout)).toBe("bound to this certificate: true\nthe API answered 200\n");
  expect(
    server.requests.map(({ form, headers }) => [form.get("assertion"), headers.authorization]),
  ).toEqual([
    ["user-token", undefined],
    [null, "Bearer token-1"],
  ]);
  expect(server.connections).toBe(1);
});
