import { defineConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ["src/keycloak/!(java).test.ts"],
    globalSetup: ["src/keycloak/keycloak-setup.ts"],
    // They count what one Keycloak does.
    fileParallelism: false,
    reporters: ["default", ["json", { outputFile: "reports/keycloak.json" }]],
  },
});
