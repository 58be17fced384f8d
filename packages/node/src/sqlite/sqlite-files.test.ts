import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { StoreNotice } from "@agent-oauth/core/store";
import { createFakeClock } from "@agent-oauth/core/testing";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { describe, expect, it } from "vitest";
import { loadSqlite } from "./sqlite-module.ts";
import { sqliteStore } from "./sqlite-store.ts";

const newPath = () => join(temporaryDirectory(), "tokens.db");
const modeOf = (path: string) => statSync(path).mode & 0o777;

function database(path: string, sql: string): void {
  const opened = new (loadSqlite().DatabaseSync)(path);
  opened.exec(sql);
  opened.close();
}

describe("the file of a sqliteStore", () => {
  it("is read and written by its user alone, with all that SQLite puts beside it", async () => {
    const path = newPath();
    const store = sqliteStore({ path });
    await store.write("key", "value", { version: 0 });
    await store.acquire("key", { forMs: 1_000 });
    for (const name of ["", "-wal", "-shm"]) expect(modeOf(`${path}${name}`)).toBe(0o600);
    await store.close();
  });

  it("is closed to others if it was open to them", () => {
    const path = newPath();
    writeFileSync(path, "");
    chmodSync(path, 0o644);
    sqliteStore({ path });
    expect(modeOf(path)).toBe(0o600);
  });

  it.each<[string, (path: string) => void, string]>([
    [
      "text",
      (path) => writeFileSync(path, "no database, but long enough for one".repeat(50)),
      "no SQLite database",
    ],
    [
      "another program's database",
      (path) => database(path, "CREATE TABLE users (name TEXT)"),
      "another program",
    ],
    [
      "one with another program's mark",
      (path) => database(path, "PRAGMA application_id = 7"),
      "another program",
    ],
    ["a folder", (path) => mkdirSync(path), "it is no file"],
  ])("is refused at construction if it is %s", (_, make, reason) => {
    const path = newPath();
    make(path);
    expect(() => sqliteStore({ path })).toThrow(
      expect.objectContaining({ code: "ERR_TOKEN_CONFIG", retryable: false }),
    );
    expect(() => sqliteStore({ path })).toThrow(reason);
    expect(() => sqliteStore({ path })).toThrow(path);
  });

  it("is refused if a newer version of the package wrote it", () => {
    const path = newPath();
    sqliteStore({ path });
    database(path, "PRAGMA user_version = 99");
    expect(() => sqliteStore({ path })).toThrow("schema 99");
  });

  it("is refused without its folder, with the command that makes one", () => {
    const path = join(temporaryDirectory(), "absent", "tokens.db");
    expect(() => sqliteStore({ path })).toThrow(/ERR_TOKEN_CONFIG|mkdir -m 700/);
  });

  it.each([
    [undefined, "the options"],
    [{}, '"path"'],
    [{ path: " " }, '"path"'],
    [{ path: ":memory:" }, '"path"'],
    [{ path: "file:tokens.db" }, '"path"'],
    [{ file: "tokens.db" }, '"file"'],
  ])("is refused as %j", (options, named) => {
    expect(() => sqliteStore(options as never)).toThrow(TypeError);
    expect(() => sqliteStore(options as never)).toThrow(named);
  });

  it("is made anew after somebody deleted it, and watchers are told", async () => {
    const path = newPath();
    const clock = createFakeClock();
    const store = sqliteStore({ path, clock });
    const notices: StoreNotice[] = [];
    store.watch((notice) => notices.push(notice));
    await store.write("key", "value", { version: 0 });
    for (const name of ["", "-wal", "-shm"]) unlinkSync(`${path}${name}`);
    expect(await store.read("key")).toEqual({ outcome: "absent" });
    expect(notices.at(-1)).toEqual({ type: "doubtful" });
    await store.write("key", "again", { version: 0 });
    expect(await sqliteStore({ path }).read("key")).toMatchObject({ value: "again" });
  });

  it("stays as it is when its pages are damaged: some reads are unavailable", async () => {
    const path = newPath();
    const first = sqliteStore({ path });
    const keys = Array.from({ length: 50 }, (_, at) => `key ${at}`);
    for (const key of keys) await first.write(key, "v".repeat(900), { version: 0 });
    await first.close();
    const { size } = statSync(path);
    const file = openSync(path, "r+");
    writeSync(file, Buffer.alloc(size / 2, 0xff), 0, size / 2, size / 2);
    closeSync(file);
    const store = sqliteStore({ path });
    const outcomes = await Promise.all(keys.map((key) => store.read(key)));
    const damaged = outcomes.filter((read) => read.outcome === "unavailable");
    expect(damaged.length).toBeGreaterThan(0);
    expect(damaged[0]).toMatchObject({ reason: "the database is damaged" });
    expect(statSync(path).size).toBe(size);
  });

  it("makes everything doubtful, and throws in no timer, when its notices cannot be read", async () => {
    const path = newPath();
    const clock = createFakeClock();
    const store = sqliteStore({ path, clock });
    await store.write("key", "value", { version: 0 });
    const notices: StoreNotice[] = [];
    store.watch((notice) => notices.push(notice));
    database(path, "DROP TABLE notices");
    expect(() => clock.advance(100)).not.toThrow();
    expect(notices).toEqual([{ type: "doubtful" }]);
  });
});
