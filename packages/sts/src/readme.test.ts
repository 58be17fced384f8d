import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { authority } from "@agent-oauth/test-support/certificates";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { expect, it, onTestFinished } from "vitest";
import { startSts } from "./sts.test-support.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

it("README: the example runs", async () => {
  const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const sts = await startSts();
  const folder = temporaryDirectory();
  onTestFinished(() => sts.close());
  writeFileSync(join(folder, "ca.pem"), authority);
  writeFileSync(join(folder, "actor"), "actor-token\n");
  const child = spawn(
    process.execPath,
    ["--conditions=@agent-oauth/source", "--input-type=module-typescript", "--eval", example],
    {
      cwd: import.meta.dirname,
      env: {
        STS_METADATA_URL: sts.metadataUrl,
        CLIENT_SECRET: "secret",
        ACTOR_FILE: join(folder, "actor"),
        USER_TOKEN: "user-token",
        NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
      },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  expect(await text(child.stdout)).toBe("list: true\nshow: true\npay: true\n");
  expect(
    sts.exchanges.map(({ form }) => [
      form.get("subject_token"),
      form.get("actor_token"),
      form.get("audience"),
    ]),
  ).toEqual([
    ["user-token", "actor-token", "orders"],
    ["user-token", "actor-token", "billing"],
  ]);
});
