import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { describe, expect, it, vi } from "vitest";
import { storeProcess } from "./sqlite-process.test-support.ts";
import { sqliteStore } from "./sqlite-store.ts";

const newPath = () => join(temporaryDirectory(), "tokens.db");

describe("sqliteStore in several processes", () => {
  it("opens a new file in eight processes at once, and loses no write", async () => {
    const path = newPath();
    const code = `
      for (let done = 0; done < 20; ) {
        const read = await store.read("sum");
        const [version, sum] = read.outcome === "found" ? [read.version, Number(read.value)] : [0, 0];
        const written = await store.write("sum", String(sum + 1), { version });
        if (written.outcome === "stored") done++;
        else if (written.outcome === "unavailable") throw new Error(written.reason);
      }
      console.log("done");
    `;
    const processes = Array.from({ length: 8 }, () => storeProcess(path, code));
    const outputs = await Promise.all(processes.map((one) => one.end()));
    expect(outputs).toEqual(Array.from(processes, () => "done\n"));
    expect(await sqliteStore({ path }).read("sum")).toMatchObject({ value: "160", version: 160 });
  }, 60_000);

  it("gives the lease of a killed process to the next at once, and tidies up after it", async () => {
    const path = newPath();
    const holder = storeProcess(
      path,
      `const { outcome } = await store.acquire("key", { forMs: 600_000 });
       console.log(outcome);
       setInterval(() => {}, 1_000);`,
    );
    await holder.until("acquired");
    const store = sqliteStore({ path });
    expect(await store.acquire("key", { forMs: 1_000 })).toMatchObject({ outcome: "held" });
    holder.child.kill("SIGSTOP");
    expect(await store.acquire("key", { forMs: 1_000 })).toMatchObject({ outcome: "held" });
    holder.child.kill("SIGCONT");
    holder.child.kill("SIGKILL");
    await holder.end();
    // The kernel frees the locks of a process a moment after its end.
    const acquired = async () =>
      expect(await store.acquire("key", { forMs: 1_000 })).toMatchObject({ outcome: "acquired" });
    await vi.waitFor(acquired, 20_000);
    await store.close();
    sqliteStore({ path });
    expect(readdirSync(dirname(path)).filter((name) => name.includes(".alive"))).toEqual([]);
  }, 60_000);

  it("prints no warning, and ends by itself while it watches", async () => {
    const path = newPath();
    const code = `
      store.watch(() => {});
      await store.write("key", "value", { version: 0 });
      process.emitWarning("another one");
      console.log("written");
    `;
    const output = await storeProcess(path, code).end();
    expect(output).toContain("another one");
    expect(output).toContain("written");
    expect(output).not.toContain("SQLite");
    expect(existsSync(path)).toBe(true);
  });

  it("hears of what another process wrote", async () => {
    const path = newPath();
    const store = sqliteStore({ path });
    const heard = new Promise((resolve) => {
      store.watch((notice) => {
        if (notice.type === "evicted") resolve(notice.mark);
      });
    });
    await storeProcess(path, `await store.evict("user", { forMs: 60_000 });`).end();
    expect(await heard).toBe("user");
    await store.close();
  });
});
