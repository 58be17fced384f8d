import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

it("README: the example runs", async () => {
  const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const forms: string[] = [];
  const server = createServer(async (request, response) => {
    if (request.url === "/token") {
      forms.push(await text(request));
      response.end(JSON.stringify({ access_token: "issued", expires_in: 3_600 }));
    } else {
      response.statusCode = request.headers.authorization === "Bearer issued" ? 200 : 401;
      response.end(`${request.url} is on its way`);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const child = spawn(
    process.execPath,
    ["--conditions=@agent-oauth/source", "--input-type=module-typescript", "--eval", example],
    {
      cwd: import.meta.dirname,
      env: { TOKEN_URL: `${origin}/token`, ORDERS_URL: origin, USER_TOKEN: "alice" },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  try {
    expect(await text(child.stdout)).toBe(
      "order 1: /1 is on its way\norder 2: /2 is on its way\norder 1: /1 is on its way\n" +
        "1 token request, 2 requests for 3 orders\n",
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
  expect(forms).toEqual(["subject_token=alice&audience=orders"]);
});

it("README: the table of errors has every code", () => {
  const source = readFileSync(join(import.meta.dirname, "errors/token-error.ts"), "utf8");
  const codes = (of: string) => [...new Set(of.match(/ERR_TOKEN_[A-Z_]+/g))].sort();
  const [, table = ""] = /## Errors(.*?)## /s.exec(readme) ?? [];
  expect(codes(table)).toEqual(codes(source));
});
