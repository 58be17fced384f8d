export type { ContractCase } from "./contract-case.ts";
export { createFakeClock, type FakeClock } from "./fake-clock.ts";
export { createMemoryStoreBackend, type MemoryStoreBackend } from "./memory-store-backend.ts";
export type { MemoryStoreBackendOptions } from "./memory-store-state.ts";
export {
  createScriptedSource,
  type ScriptedCall,
  type ScriptedSource,
  type ScriptedSourceOptions,
} from "./scripted-source.ts";
export { sharedStoreContract } from "./shared-store-contract.ts";
export type { SharedStoreFixture } from "./store-contract-case.ts";
export { type TokenSourceFixture, tokenSourceContract } from "./token-source-contract.ts";
