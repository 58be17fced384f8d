import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { temporaryDirectory, writeFiles } from "@agent-oauth/test-support/temporary-directory";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { expect, it } from "vitest";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

it("README: the example runs", async () => {
  const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const root = temporaryDirectory();
  const token = unsignedJwt({ exp: 4_102_444_800 });
  writeFiles(root, {
    token,
    "bindings/mine/type": "destination",
    "bindings/mine/clientid": "c1\n",
  });
  const child = spawn(
    process.execPath,
    ["--conditions=@agent-oauth/source", "--input-type=module-typescript", "--eval", example],
    {
      cwd: import.meta.dirname,
      env: { AGENT_TOKEN_FILE: join(root, "token"), SERVICE_BINDING_ROOT: join(root, "bindings") },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  expect(await text(child.stdout)).toBe(
    `token of ${token.length} characters, ends 2100-01-01T00:00:00.000Z\nmine belongs to client c1\n`,
  );
});
