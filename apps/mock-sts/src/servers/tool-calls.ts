/** Tells whether a body of JSON-RPC, which may be a batch, calls a tool. */
export function callsTool(body: string): boolean {
  try {
    return [JSON.parse(body)].flat().some((message) => message?.method === "tools/call");
  } catch {
    // GET and DELETE have no body, and the server refuses a body that is not JSON.
    return false;
  }
}
