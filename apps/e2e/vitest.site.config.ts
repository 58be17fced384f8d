import { defineConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ["src/site/*.test.ts"],
    // A browser takes the machine for itself.
    fileParallelism: false,
    expect: { poll: { timeout: 20_000 } },
    reporters: ["default", ["json", { outputFile: "reports/site.json" }]],
  },
});
