import type * as Sqlite from "node:sqlite";
import { TokenError } from "@agent-oauth/core";

/**
 * Loads `node:sqlite` when it is first needed. Node 22 prints a warning that the module is experimental, once and at the first
 * load: this one warning is left out, and no other.
 *
 * @throws TokenError `ERR_TOKEN_CONFIG` if the runtime has no such module.
 */
export function loadSqlite(): typeof Sqlite {
  const warn = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...details: never[]) => {
    if (!String(warning).includes("SQLite is an experimental feature")) {
      Reflect.apply(warn, process, [warning, ...details]);
    }
  };
  try {
    const module: typeof Sqlite | undefined = process.getBuiltinModule("node:sqlite");
    if (module !== undefined) return module;
  } finally {
    process.emitWarning = warn;
  }
  throw new TokenError(
    "ERR_TOKEN_CONFIG",
    "Cannot open the store: this runtime has no node:sqlite; use Node.js 22.19 or newer, without --no-experimental-sqlite",
  );
}
