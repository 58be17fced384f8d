import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { startMcpServer, textResult, tool } from "./mcp-server.test-support.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

interface GeminiRequest {
  readonly contents: readonly { readonly parts: readonly Record<string, unknown>[] }[];
  readonly tools: readonly unknown[];
}

it("README: the example runs", async () => {
  const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const inputSchema = {
    type: "object" as const,
    properties: { id: { type: "integer", minimum: 1 } },
    additionalProperties: false,
  };
  const server = await startMcpServer({
    pages: [[tool("find_order", { description: "Finds an order", inputSchema })]],
    call: () => textResult("on its way"),
  });
  const exchanges: string[] = [];
  const exchange = await serve(async (body) => {
    exchanges.push(body);
    return { access_token: "token-of-alice", expires_in: 3600 };
  });
  const asked: GeminiRequest[] = [];
  const gemini = await serve(async (body) => {
    asked.push(JSON.parse(body));
    const part = modelPart(asked.at(-1));
    return { candidates: [{ content: { role: "model", parts: [part] }, finishReason: "STOP" }] };
  });

  const child = spawn(
    process.execPath,
    ["--conditions=@agent-oauth/source", "--input-type=module-typescript", "--eval", example],
    {
      cwd: import.meta.dirname,
      env: {
        TOKEN_URL: exchange,
        ORDERS_MCP_URL: server.url,
        USER_TOKEN: "Bearer alice",
        GOOGLE_GEMINI_BASE_URL: gemini,
        GEMINI_API_KEY: "key",
      },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  expect(await text(child.stdout)).toContain("Order 17: on its way\n");
  expect(asked[0]?.tools).toEqual([
    {
      functionDeclarations: [
        { name: "find_order", description: "Finds an order", parametersJsonSchema: inputSchema },
      ],
    },
  ]);
  expect(exchanges).toEqual(["subject_token=alice&audience=orders"]);
  expect(server.seen.map(({ authorization }) => authorization)).toEqual(
    server.seen.map(() => "Bearer token-of-alice"),
  );
  expect(server.seen.at(-1)?.what).toBe("DELETE");
});

/** Calls the tool, then says what it answered. */
function modelPart(request: GeminiRequest | undefined): object {
  const [part] = request?.contents.at(-1)?.parts ?? [];
  if (part?.functionResponse === undefined) {
    return { functionCall: { name: "find_order", args: { id: 17 } } };
  }
  const { response } = part.functionResponse as { response: { content: { text: string }[] } };
  return { text: `Order 17: ${response.content[0]?.text}` };
}

async function serve(answer: (body: string) => Promise<object>): Promise<string> {
  const http = createServer(async (request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(await answer(await text(request))));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
}
