import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { serverOf } from "./connected-client.test-support.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

it("README: the example runs", async () => {
  const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const exchanges: string[] = [];
  const exchange = createServer(async (request, response) => {
    exchanges.push(await text(request));
    response.setHeader("content-type", "application/json");
    response.end('{"access_token":"token-of-alice","expires_in":3600}');
  });
  await new Promise<void>((resolve) => exchange.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void exchange.close());
  const { port } = exchange.address() as AddressInfo;
  const server = await serverOf();

  const child = spawn(
    process.execPath,
    ["--conditions=@agent-oauth/source", "--input-type=module-typescript", "--eval", example],
    {
      cwd: import.meta.dirname,
      env: {
        TOKEN_URL: `http://127.0.0.1:${port}/`,
        ORDERS_MCP_URL: server.url,
        USER_TOKEN: "Bearer alice",
      },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  expect(await text(child.stdout)).toBe('echo answered: echo {"order":17}\n');
  expect(exchanges).toEqual(["subject_token=alice&audience=orders"]);
  expect(server.seen.at(-1)).toMatchObject({
    http: "DELETE",
    authorization: "Bearer token-of-alice",
  });
});
