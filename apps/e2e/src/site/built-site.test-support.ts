import { existsSync, globSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { afterAll } from "vitest";
import { readHome, siteOf } from "../../../../scripts/home.mjs";
import { root } from "../walls/repository.ts";

const folder = join(root, "apps/docs/.vitepress/dist");

/** The path below which the site is served. */
export const base: string = new URL(siteOf(readHome()) ?? "http://localhost/").pathname;

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".json": "application/json",
  ".woff2": "font/woff2",
};

/** The files of the built site, relative to its folder. */
export function builtFiles(pattern: string): readonly string[] {
  if (!existsSync(folder)) throw new Error("The site is not built: run pnpm docs:build");
  return globSync(pattern, { cwd: folder }).sort();
}

/** A file of the built site. */
export function readBuilt(file: string): string {
  return readFileSync(join(folder, file), "utf8");
}

/** The file that a server gives for a path of the site, as GitHub Pages does; `undefined` if there is none. */
export function fileOf(path: string): string | undefined {
  const name = decodeURIComponent(path.slice(base.length));
  const candidates =
    name.endsWith("/") || name === "" ? [`${name}index.html`] : [name, `${name}.html`];
  return candidates.find((file) => extname(file) !== "" && existsSync(join(folder, file)));
}

/** Serves the built site on this machine until the tests of the file are over, and returns its address. */
export async function serveSite(): Promise<string> {
  builtFiles("index.html");
  const server = createServer((request, response) => {
    const file = fileOf(new URL(request.url ?? "/", "http://localhost").pathname);
    const type = mediaTypes[extname(file ?? "")] ?? "text/plain";
    response.writeHead(file === undefined ? 404 : 200, {
      "Content-Type": `${type}; charset=utf-8`,
    });
    response.end(readFileSync(join(folder, file ?? "404.html")));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`;
}
