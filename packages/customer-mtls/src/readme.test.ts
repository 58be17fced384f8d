import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { authority } from "@agent-oauth/test-support/certificates";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { expect, it, onTestFinished } from "vitest";
import { credentialsWith, writeBinding } from "./credentials/credentials.test-support.ts";
import { startIas } from "./ias/ias.test-support.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

it("README: the example runs", async () => {
  const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const ias = await startIas();
  onTestFinished(() => ias.close());
  const { tokenServiceUrl, origin: gatewayUrl } = ias;
  const root = temporaryDirectory();
  writeBinding(root, { credentials: credentialsWith({ tokenServiceUrl, gatewayUrl }) });
  writeFileSync(join(root, "ca.pem"), authority);
  const child = spawn(
    process.execPath,
    ["--conditions=@agent-oauth/source", "--input-type=module-typescript", "--eval", example],
    {
      cwd: import.meta.dirname,
      env: {
        SERVICE_BINDING_ROOT: root,
        NODE_EXTRA_CA_CERTS: join(root, "ca.pem"),
        USER_TOKEN: "user.token",
      },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  expect(await text(child.stdout)).toMatch(
    /^valid until \d{4}-.*Z\n\/v1\/mcp\/sap\.mcpbuilder:apiResource:cost-center:v1\/250695 200\n$/,
  );
  expect(ias.requests.map(({ form, headers }) => [form.assertion, headers.authorization])).toEqual([
    ["user.token", undefined],
    [undefined, "Bearer token-1"],
  ]);
});
