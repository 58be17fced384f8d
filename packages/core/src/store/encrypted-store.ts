import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { kindOf } from "../options/plain-object.ts";
import { decryptCompact, encryptCompact, readCompactHeader } from "./compact-jwe.ts";
import {
  checkEncryptionKeys,
  type EncryptionKey,
  type EncryptionKeys,
  nameHider,
} from "./encryption-keys.ts";
import { HiddenNames } from "./hidden-names.ts";
import type { SharedStore, StoreReadOptions } from "./shared-store.ts";
import { checkMarks, checkStoreName, checkWrite } from "./store-arguments.ts";
import type { ReadOutcome, StoredRecord } from "./store-outcomes.ts";

/**
 * Encrypts what a shared store holds: values as compact JWE (`dir`, `A256GCM`), bound to the name and version of their record;
 * names by HMAC-SHA-256. What was written with an older key is encrypted anew when it is read.
 *
 * @param store any engine.
 * @throws TypeError that names the option, for a key that is missing, short or listed twice.
 */
export function encryptedStore(store: SharedStore, options: EncryptedStoreOptions): SharedStore {
  const doing = "encrypt the store";
  if (typeof store?.read !== "function") {
    throw new TypeError(
      `Cannot ${doing}: the first argument must be a shared store, not ${kindOf(store)}`,
    );
  }
  checkOptions(options ?? null, { doing, names: OPTION_NAMES });
  return new EncryptedStore(store, {
    keys: checkEncryptionKeys(options.keys),
    names: new HiddenNames(nameHider(options.namesKey)),
  });
}

/** Options of {@link encryptedStore}. */
export interface EncryptedStoreOptions {
  /**
   * The first key encrypts, all of them decrypt. Change keys in two steps: add the new one at the end in every process, then
   * move it to the front. In one step, each process sees the records of the others as unreadable until all have changed.
   */
  readonly keys: readonly EncryptionKey[];
  /** The key that hides names: 32 bytes or their base64 text. It does not change with the others: with another, every name is new. */
  readonly namesKey: Uint8Array | string;
}

const OPTION_NAMES: OptionNames<EncryptedStoreOptions> = { keys: true, namesKey: true };

class EncryptedStore implements SharedStore {
  readonly protection = "encrypted";
  readonly #store: SharedStore;
  readonly #keys: EncryptionKeys;
  readonly #names: HiddenNames;

  constructor(store: SharedStore, { keys, names }: { keys: EncryptionKeys; names: HiddenNames }) {
    this.#store = store;
    this.#keys = keys;
    this.#names = names;
  }

  async read(key: string, options: StoreReadOptions = {}): Promise<ReadOutcome> {
    checkStoreName(key, "key");
    checkMarks(options);
    const record = this.#names.hide(key);
    const hidden = { ...options, marks: this.#hideMarks(options.marks) };
    const found = await this.#store.read(record, hidden);
    return found.outcome === "found" ? this.#open(found, { ...hidden, record }) : found;
  }

  async write(...[key, value, options]: Parameters<SharedStore["write"]>) {
    checkStoreName(key, "key");
    checkWrite(value, options);
    const record = this.#names.hide(key);
    return this.#store.write(record, this.#seal(value, record, options.version + 1), {
      ...options,
      marks: this.#hideMarks(options.marks),
    });
  }

  async acquire(...[key, options]: Parameters<SharedStore["acquire"]>) {
    checkStoreName(key, "key");
    return this.#store.acquire(this.#names.hide(key), options);
  }

  renew(...args: Parameters<SharedStore["renew"]>) {
    return this.#store.renew(...args);
  }

  release(...args: Parameters<SharedStore["release"]>) {
    return this.#store.release(...args);
  }

  async remove(...[key, options]: Parameters<SharedStore["remove"]>) {
    checkStoreName(key, "key");
    return this.#store.remove(this.#names.hide(key), options);
  }

  async evict(...[mark, options]: Parameters<SharedStore["evict"]>) {
    checkStoreName(mark, "mark");
    return this.#store.evict(this.#names.hide(mark), options);
  }

  watch(listener: Parameters<SharedStore["watch"]>[0]) {
    return this.#store.watch((notice) => {
      const shown = this.#names.show(notice);
      if (shown !== undefined) listener(shown);
    });
  }

  close() {
    return this.#store.close();
  }

  #hideMarks(marks: readonly string[] | undefined): string[] {
    return (marks ?? []).map((mark) => this.#names.hide(mark));
  }

  #seal(value: string, record: string, version: number): string {
    const { current, byId } = this.#keys;
    const key = byId.get(current);
    if (key === undefined) throw new Error("the current key is always among the keys");
    return encryptCompact(value, { keyId: current, record, version }, key);
  }

  async #open(
    found: StoredRecord,
    read: StoreReadOptions & { record: string },
  ): Promise<ReadOutcome> {
    const { version } = found;
    const header = readCompactHeader(found.value);
    if (header === undefined) return { outcome: "unreadable", reason: "damaged", version };
    const key = this.#keys.byId.get(header.keyId);
    if (key === undefined) return { outcome: "unreadable", reason: "unknown-key", version };
    const value = decryptCompact(found.value, key);
    if (value === undefined) return { outcome: "unreadable", reason: "damaged", version };
    if (header.record !== read.record || header.version !== version) {
      return { outcome: "unreadable", reason: "moved", version };
    }
    const opened = { ...found, value };
    return header.keyId === this.#keys.current ? opened : this.#renewed(opened, read);
  }

  /** Encrypts a record with the current key. If that fails, the record stays as it was, and readable. */
  async #renewed(
    opened: StoredRecord,
    read: StoreReadOptions & { record: string },
  ): Promise<ReadOutcome> {
    const { value, version, fence, since, leftMs } = opened;
    const { record, ...options } = read;
    const written = await this.#store.write(record, this.#seal(value, record, version + 1), {
      ...options,
      version,
      fence,
      since,
      ...(leftMs !== undefined && { lifetimeMs: Math.max(1, leftMs) }),
    });
    return written.outcome === "stored" ? { ...opened, version: written.version } : opened;
  }
}
