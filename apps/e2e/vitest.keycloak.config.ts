import { defineConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

// Without "module": Node cannot load what @opentelemetry/api, on which ADK depends, has under that condition.
const conditions = ["@agent-oauth/source", "node", "development|production"];

export default defineConfig({
  ...shared,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    ...shared.test,
    include: ["src/keycloak/!(java).test.ts"],
    globalSetup: ["src/keycloak/keycloak-setup.ts"],
    // They count what one Keycloak does.
    fileParallelism: false,
    reporters: ["default", ["json", { outputFile: "reports/keycloak.json" }]],
  },
});
