/**
 * The shared store: what several processes need to fetch a token once, and its encryption. The engines are in other packages:
 * SQLite in `@agent-oauth/node`.
 *
 * @module
 */

export { type EncryptedStoreOptions, encryptedStore } from "./store/encrypted-store.ts";
export type { EncryptionKey } from "./store/encryption-keys.ts";
export type {
  SharedStore,
  StoreCallOptions,
  StoreLeaseOptions,
  StoreReadOptions,
  StoreRemoveOptions,
  StoreWriteOptions,
} from "./store/shared-store.ts";
export type {
  AcquireOutcome,
  EvictOutcome,
  ReadOutcome,
  ReleaseOutcome,
  RemoveOutcome,
  RenewOutcome,
  StoredRecord,
  StoreLease,
  StoreNotice,
  StoreUnavailable,
  UnreadableRecord,
  WriteOutcome,
} from "./store/store-outcomes.ts";
