/**
 * The smallest MCP server, as a process of its own: it tells its parent the port. It answers in chunks without a length, as the
 * official server does.
 */
import { createServer } from "node:http";
import { mcpReply } from "./mcp-reply.ts";

const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (chunk: string) => {
    body += chunk;
  });
  request.on("end", () => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write(mcpReply(body));
    response.end();
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") process.send?.(address?.port);
});
process.on("disconnect", () => process.exit());
