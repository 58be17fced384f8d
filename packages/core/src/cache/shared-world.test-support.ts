import type { TokenEvent } from "../events/token-event.ts";
import { encryptedStore } from "../store/encrypted-store.ts";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import {
  createMemoryStoreBackend,
  type MemoryStoreBackend,
} from "../testing/memory-store-backend.ts";
import { createScriptedSource, type ScriptedSource } from "../testing/scripted-source.ts";
import type { CachingTokenSourceOptions } from "./cache-options.ts";
import { type CachingTokenSource, cachingTokenSource } from "./caching-token-source.ts";

/** Several processes with one store, one token server and one clock. */
export interface SharedWorld {
  readonly clock: FakeClock;
  readonly backend: MemoryStoreBackend;
  /** The token server that the sources of all processes ask. */
  readonly server: ScriptedSource;
  /** Starts a process with a cache of its own. */
  start(options?: CachingTokenSourceOptions): SharedProcess;
}

/** One process of a shared world. */
export interface SharedProcess {
  readonly cache: CachingTokenSource;
  readonly events: TokenEvent[];
  /** The source's identity in this process. */
  identity: string;
}

/** Makes a world whose tokens last an hour. */
export function sharedWorld(): SharedWorld {
  const clock = createFakeClock();
  const backend = createMemoryStoreBackend({ clock });
  const server = createScriptedSource({ clock, lifetimeMs: 3_600_000 });
  return {
    clock,
    backend,
    server,
    start(options) {
      const store = encryptedStore(backend.open(), {
        keys: [{ id: "1", key: Buffer.alloc(32, 1) }],
        namesKey: Buffer.alloc(32, 2),
      });
      const events: TokenEvent[] = [];
      const process = { identity: "of-all" };
      const source = {
        get identity() {
          return process.identity;
        },
        sharing: true as const,
        getToken: server.getToken.bind(server),
      };
      const cache = cachingTokenSource(source, {
        clock,
        random: () => 0.5,
        onEvent: (event) => events.push(event),
        store,
        ...options,
      });
      return Object.assign(process, { cache, events });
    },
  };
}
