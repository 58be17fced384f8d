import { defineConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

/** Ends what hangs. The steps install from the network. */
const patience = 300_000;

export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ["src/release/{documents,flows,release}.test.ts"],
    globalSetup: "src/release/publish-once.ts",
    // Two mock servers at a time: each takes other ports if its own are taken.
    maxWorkers: 2,
    testTimeout: patience,
    hookTimeout: patience,
    reporters: ["default", ["json", { outputFile: "reports/release.json" }]],
  },
});
