export { createFakeClock, type FakeClock } from "./fake-clock.ts";
export {
  createScriptedSource,
  type ScriptedCall,
  type ScriptedSource,
  type ScriptedSourceOptions,
} from "./scripted-source.ts";
