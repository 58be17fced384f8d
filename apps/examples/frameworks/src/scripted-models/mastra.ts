import type { MastraModelConfig } from "@mastra/core/llm";
import { model as vercelModel } from "./vercel.ts";

/** The Vercel AI SDK's models are Mastra's too, whose types are those of another release. */
export const model = vercelModel as unknown as MastraModelConfig;
