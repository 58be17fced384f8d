import { defineConfig, mergeConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

// Mocks share nothing, and neither do their tests: reading the sources anew for each file would be most of the work.
export default mergeConfig(shared, defineConfig({ test: { isolate: false } }));
