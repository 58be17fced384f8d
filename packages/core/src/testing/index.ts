export type { ContractCase } from "./contract-case.ts";
export { createFakeClock, type FakeClock } from "./fake-clock.ts";
export {
  createScriptedSource,
  type ScriptedCall,
  type ScriptedSource,
  type ScriptedSourceOptions,
} from "./scripted-source.ts";
export { type TokenSourceFixture, tokenSourceContract } from "./token-source-contract.ts";
