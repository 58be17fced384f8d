import { defineConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ["src/dashboard/!(chromium).test.ts"],
    // A browser takes the machine for itself.
    fileParallelism: false,
    // Ends what hangs, like the other limits.
    expect: { poll: { timeout: 20_000 } },
    reporters: ["default", ["json", { outputFile: "reports/dashboard.json" }]],
  },
});
