import { defineConfig } from "vitest/config";

// `ssr.resolve.conditions` is the list that counts in Node: imports of sibling packages resolve to
// their src/, so no build is needed before a test. Vite's "module" is not among them: Node cannot load what
// @opentelemetry/api, on which ADK depends, has under that condition.
const conditions = ["@agent-oauth/source", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["src/**/*.test.ts"],
    // They end what hangs. No test depends on how fast the machine is.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", ["json", { outputFile: "reports/vitest.json" }]],
    coverage: { provider: "v8", include: ["src/**"], reporter: ["text", "json-summary"] },
  },
});
