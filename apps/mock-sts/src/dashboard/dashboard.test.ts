import { createHash } from "node:crypto";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MockSts, startMockSts } from "../mock-sts.ts";

let mock: MockSts;
beforeAll(async () => {
  mock = await startMockSts({ insecureHttp: true });
});
afterAll(() => mock.close());

const html = "text/html,application/xhtml+xml,*/*;q=0.8";

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await request(`${mock.url}${path}`, { headers });
  const text = await response.body.text();
  return { status: response.statusCode, headers: response.headers, text };
}

describe("the page at /", () => {
  it("is there for who takes HTML", async () => {
    const { status, headers, text } = await get("/", { accept: html });
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(text).toContain("<title>mock-sts</title>");
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "cross-origin-opener-policy": "same-origin",
      vary: "Accept",
    });
  });

  it.each([["application/json"], ["*/*"], [""]])(
    "is what any token server has there for who accepts %j",
    async (accept) => {
      const { status, text } = await get("/", { accept });
      expect([status, text]).toEqual([404, expect.stringContaining("404 Not Found")]);
    },
  );

  it("is in no log", async () => {
    mock.recorder.clear();
    await get("/", { accept: html });
    await get("/__mock/ui/dashboard.js");
    expect(mock.recorder.requests).toEqual([]);
    await get("/", { accept: "*/*" });
    expect(mock.recorder.requests).toMatchObject([{ path: "/", status: 404 }]);
  });

  it("may load and ask nothing but its own, and make no HTML of text", async () => {
    const { headers, text } = await get("/", { accept: html });
    const [, importMap = ""] = /<script type="importmap">(.*?)<\/script>/.exec(text) ?? [];
    const digest = createHash("sha256").update(importMap).digest("base64");
    expect(String(headers["content-security-policy"]).split("; ")).toEqual([
      "default-src 'none'",
      `script-src 'self' 'sha256-${digest}'`,
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types lit-html",
    ]);
    expect(text).not.toMatch(/\son\w+=|javascript:|style=/i);
  });

  it.each([
    ["a Host that is not the mock's", { host: "rebound.example" }, 421],
    ["another origin", { origin: "https://attacker.example" }, 403],
    ["a link on another site", { "sec-fetch-site": "cross-site" }, 403],
    ["a link on another port", { "sec-fetch-site": "same-site" }, 403],
  ])("is refused for %s, and its files too", async (_, headers, status) => {
    for (const path of ["/", "/__mock/ui/dashboard.js"]) {
      const response = await get(path, { accept: html, ...headers });
      expect([response.status, response.headers["content-type"]]).toEqual([
        status,
        "application/json",
      ]);
    }
  });
});

describe("the files of the page", () => {
  it("are all there, with what they import from others", async () => {
    const { text } = await get("/", { accept: html });
    const [, importMapText = "{}"] = /<script type="importmap">(.*?)<\/script>/.exec(text) ?? [];
    const { imports } = JSON.parse(importMapText) as { imports: Record<string, string> };
    const linked = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path = ""]) => path);
    const seen = new Set<string>();
    const visit = async (path: string): Promise<void> => {
      if (seen.has(path)) return;
      seen.add(path);
      const file = await get(path);
      expect([path, file.status]).toEqual([path, 200]);
      expect(file.headers["cache-control"]).toBe("no-store");
      for (const name of importsOf(path, file.text)) await visit(resolved(name, path, imports));
    };
    for (const path of linked) await visit(path);
    expect(seen.size).toBeGreaterThan(30);
    expect([...seen].filter((path) => !path.startsWith("/__mock/ui/"))).toEqual([]);
  });

  it.each([
    "/__mock/ui/",
    "/__mock/ui/tsconfig.json",
    "/__mock/ui/mock-data.ts",
    "/__mock/ui/../package.json",
    "/__mock/ui/%2e%2e%2fpackage.json",
    "/__mock/ui/lib/lit-html/package.json",
    "/__mock/ui/lib/lit-html/../../../package.json",
    "/__mock/ui/lib/hono/package.json",
  ])("are no way to %s", async (path) => {
    expect((await get(path)).status).toBe(404);
  });
});

/** The modules that a JavaScript text imports. */
function importsOf(path: string, text: string): string[] {
  if (!path.endsWith(".js")) return [];
  const code = text.replace(/\/\*.*?\*\//gs, "");
  return [...code.matchAll(/\bfrom\s*["']([^"']+)["']/g)].map(([, name = ""]) => name);
}

/** The paths where the browser looks for a module. */
function resolved(name: string, from: string, imports: Record<string, string>): string {
  if (name.startsWith(".")) return new URL(name, `http://localhost${from}`).pathname;
  const folder = Object.keys(imports).find((it) => it.endsWith("/") && name.startsWith(it)) ?? "";
  return imports[name] ?? `${imports[folder]}${name.slice(folder.length)}`;
}
