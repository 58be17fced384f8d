import { describe, expect, it } from "vitest";
import { callbackOptions } from "./callback-options.ts";
import {
  callbackRows,
  type Drive,
  HANDED_OUT,
  type Listener,
  SILENT,
} from "./callback-rows.test-support.ts";
import { readText } from "./repository.ts";
import { unhandledRejections } from "./unhandled-rejections.test-support.ts";
import { type WorkspacePackage, workspacePackages } from "./workspace-packages.ts";

const found = callbackOptions(workspacePackages(), readText);

/** Does the work with a listener, and waits until what it started besides has had its turn. */
async function driven(drive: Drive, listener: Listener) {
  let calls = 0;
  const work = drive(() => {
    calls++;
    return listener();
  });
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  return { outcome, calls };
}

const broken: readonly [string, Listener][] = [
  [
    "throws",
    () => {
      throw new Error("a listener that throws");
    },
  ],
  [
    "rejects",
    async () => {
      throw new Error("a listener that rejects");
    },
  ],
];

describe("callbackOptions", () => {
  const file = (text: string): WorkspacePackage => ({
    shortName: "core",
    folder: "packages/core",
    manifest: {
      name: "@agent-oauth/core",
      exports: { ".": { "@agent-oauth/source": text } },
    },
    sources: [],
  });
  const list = (files: Readonly<Record<string, string>>) =>
    callbackOptions(
      [file("./index.ts")],
      (name) => files[name.slice("packages/core/".length)] ?? "",
    );

  it("looks into what is inherited, picked, omitted and renamed, and into parameters", () => {
    const files = {
      "index.ts": 'export { type A as B, f } from "./a.ts"; export type { P, O } from "./a.ts";',
      "a.ts": `import type { Base } from "./base.ts";
        export interface A extends Base { readonly onA?: () => void; onMethod(): void }
        export type P = Pick<Base, "onBase">;
        export type O = Partial<Omit<Base, "onBase">> & { onO: Listener };
        interface Hidden { onHidden(): void }
        export function f({ onF }: { onF?: () => void } = {}, _: number): void {}`,
      "base.ts": "export interface Base { onBase: () => void; other: number }",
    };
    expect(list(files)).toEqual([
      "core/B.onA",
      "core/B.onBase",
      "core/B.onMethod",
      "core/O.onO",
      "core/P.onBase",
      "core/f.onF",
    ]);
  });

  it("leaves out a choice of texts, and what does not begin with a capital after on", () => {
    const text = 'export interface A { onError?: "fail" | "go"; onNo?: never; only(): void }';
    expect(list({ "index.ts": `export { A } from "./a.ts"`, "a.ts": text })).toEqual([]);
  });
});

describe("callbacks of users", () => {
  it("have a row each, or are ours", () => {
    expect(found.length).toBeGreaterThan(20);
    const rows = [...Object.keys(callbackRows), ...HANDED_OUT];
    expect(found.filter((name) => !rows.includes(name))).toEqual([]);
    expect(rows.filter((name) => !found.includes(name))).toEqual([]);
  });

  describe.each(Object.entries(callbackRows))("%s", (name, drive) => {
    it.each(broken)("ends nothing if it %s", async (_, listener) => {
      const quiet = await driven(drive, () => {});
      expect(quiet.outcome).not.toHaveProperty("error");
      expect(quiet.calls).toBeGreaterThanOrEqual(SILENT.includes(name) ? 0 : 1);
      const unhandled = unhandledRejections();
      expect(await driven(drive, listener)).toEqual(quiet);
      expect(unhandled).toEqual([]);
    });
  });
});
