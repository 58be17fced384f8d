import { defineConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ["src/dashboard/!(chromium).test.ts"],
    // A browser takes the machine for itself.
    fileParallelism: false,
    reporters: ["default", ["json", { outputFile: "reports/dashboard.json" }]],
  },
});
