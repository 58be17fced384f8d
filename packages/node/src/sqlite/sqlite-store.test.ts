import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createFakeClock, sharedStoreContract } from "@agent-oauth/core/testing";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { describe, expect, it } from "vitest";
import { loadSqlite } from "./sqlite-module.ts";
import { sqliteStore } from "./sqlite-store.ts";

function world() {
  const clock = createFakeClock();
  const folder = temporaryDirectory();
  const path = join(folder, "tokens.db");
  const away = join(folder, "away.db");
  let isInterrupted = false;
  return {
    clock,
    path,
    open: () => sqliteStore({ path, clock }),
    pass: (ms: number) => clock.advance(ms),
    interrupt() {
      isInterrupted = true;
      renameSync(path, away);
      mkdirSync(path);
    },
    restore() {
      if (!isInterrupted) return;
      rmSync(path, { recursive: true });
      renameSync(away, path);
    },
    loseNotices: () => {
      // As if more was written than the database keeps notices of.
      const database = new (loadSqlite().DatabaseSync)(path);
      database.exec("CREATE TRIGGER lost AFTER INSERT ON notices BEGIN DELETE FROM notices; END");
      database.close();
    },
  };
}

describe("sqliteStore", () => {
  for (const { name, run } of sharedStoreContract(world)) it(name, run);

  it("keeps records over a restart", async () => {
    const { open } = world();
    const first = open();
    await first.write("key", "value", { version: 0, durable: true });
    await first.close();
    expect(await open().read("key")).toMatchObject({ value: "value", version: 1 });
  });
});
