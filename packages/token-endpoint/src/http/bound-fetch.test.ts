import { Request as UndiciRequest } from "undici";
import { describe, expect, it } from "vitest";
import { tlsClientAuth } from "../client-authentication/client-authentication.ts";
import { type Answerer, authority, startTestServer, testEndpoint } from "../server.test-support.ts";
import { createClientCertificate } from "./client-certificate.ts";

const certificate = createClientCertificate(await authority.issue());
const ok: Answerer = (response) => void response.end("ok");

async function fetchSeen(call: (fetch: typeof globalThis.fetch, url: string) => Promise<Response>) {
  const server = await startTestServer(ok);
  const endpoint = testEndpoint(server, { clientAuthentication: tlsClientAuth(certificate) });
  const response = await call(endpoint.fetch, server.url);
  return { response, text: await response.text(), seen: server.requests[0] };
}

describe("TokenEndpoint.fetch", () => {
  const init = { method: "PUT", headers: { "x-test": "1" }, body: "a=b" };
  it.each([
    ["a string", (url: string) => [url, init]],
    ["a URL", (url: string) => [new URL(url), init]],
    ["the global Request", (url: string) => [new Request(url, init)]],
    ["undici's Request", (url: string) => [new UndiciRequest(url, init)]],
    ["a global Request with an init", (url: string) => [new Request(url), init]],
    ["global Headers", (url: string) => [url, { ...init, headers: new Headers(init.headers) }]],
  ] as [string, (url: string) => Parameters<typeof fetch>][])(
    "takes %s and presents the certificate",
    async (_, args) => {
      const { response, text, seen } = await fetchSeen((fetch, url) => fetch(...args(url)));
      expect([response.status, text]).toEqual([200, "ok"]);
      expect(seen).toMatchObject({ method: "PUT", thumbprint: certificate.thumbprint });
      expect(seen?.headers["x-test"]).toBe("1");
      expect(seen?.form.get("a")).toBe("b");
    },
  );

  it("takes a global FormData with the caller's headers", async () => {
    const body = new FormData();
    body.set("field", "value");
    const { seen } = await fetchSeen((fetch, url) =>
      fetch(new URL(url), { method: "POST", body, headers: { "x-test": "1" } }),
    );
    expect(seen?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
    expect(seen?.headers["x-test"]).toBe("1");
    expect(String(seen?.form)).toContain("value");
  });

  it("answers with a Response of Node's, also without a body", async () => {
    const server = await startTestServer((response, { path }) => {
      if (path === "/there") return void response.writeHead(204).end();
      response
        .writeHead(
          307,
          [
            ["location", "/there"],
            ["set-cookie", "a=1"],
          ].flat(),
        )
        .end();
    });
    const endpoint = testEndpoint(server);
    const { origin } = new URL(server.url);
    const response = await endpoint.fetch(server.url);
    expect(response).toBeInstanceOf(Response);
    expect(response).toMatchObject({ status: 204, url: `${origin}/there`, redirected: true });
    expect(await response.text()).toBe("");
    const manual = await endpoint.fetch(server.url, { redirect: "manual" });
    expect(manual).toMatchObject({ status: 307, url: server.url, redirected: false });
    expect(manual.headers.getSetCookie()).toEqual(["a=1"]);
  });

  it("takes a reason phrase that no Response can have", async () => {
    const server = await startTestServer((response) => {
      response.socket?.end("HTTP/1.1 503 \xdcberlastet\r\ncontent-length: 4\r\n\r\nlate", "latin1");
    });
    const response = await testEndpoint(server).fetch(server.url);
    expect(response).toMatchObject({ status: 503, statusText: "?berlastet" });
    expect(await response.text()).toBe("late");
  });

  it("ends with the reason of a signal, in an init or in a Request", async () => {
    const signal = AbortSignal.abort("enough");
    const endpoint = testEndpoint({ url: "https://127.0.0.1:9/" });
    await expect(endpoint.fetch("https://127.0.0.1/", { signal })).rejects.toBe("enough");
    const request = new Request("https://127.0.0.1/", { signal });
    await expect(endpoint.fetch(request)).rejects.toBe("enough");
  });
});
