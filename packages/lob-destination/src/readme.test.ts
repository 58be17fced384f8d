import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { authority } from "@agent-oauth/test-support/certificates";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { expect, it, onTestFinished } from "vitest";
import { startBtp } from "./btp.test-support.ts";
import { bindingAt } from "./flow.test-support.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

it("README: the example runs", async () => {
  const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const btp = await startBtp();
  const directory = temporaryDirectory();
  onTestFinished(() => btp.close());
  const ca = join(directory, "ca.pem");
  writeFileSync(ca, authority);
  const url = "https://agw.example/v1/mcp/sap.s4:apiAccess:orders:v1/4711";
  btp.fragments["agw.mcp.server"] = [{ FragmentName: "orders", URL: url }];
  const services = [{ name: "dest", label: "destination", credentials: bindingAt(btp) }];
  const child = spawn(
    process.execPath,
    ["--conditions=@agent-oauth/source", "--input-type=module-typescript", "--eval", example],
    {
      cwd: import.meta.dirname,
      env: {
        VCAP_SERVICES: JSON.stringify({ destination: services }),
        APPFND_CONHOS_LANDSCAPE: "eu10",
        AGENT_OAUTH_TENANT_TOKEN_URL: `${btp.origin}/{tenant}/oauth/token`,
        NODE_EXTRA_CA_CERTS: ca,
        USER_TOKEN: "user.token",
      },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  expect(await text(child.stdout)).toMatch(
    /^for https:\/\/agw\.example, valid until \d{4}-.*Z\norders sap\.s4:apiAccess:orders:v1\n$/,
  );
  expect(btp.calls()).toEqual([
    "token acme",
    "list acme subscriber.ias.user",
    "find acme",
    "list acme agw.mcp.server",
  ]);
  expect(btp.requests[2]?.headers["x-user-token"]).toBe("user.token");
});
