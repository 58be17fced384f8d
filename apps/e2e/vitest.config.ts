import { configDefaults, defineConfig, mergeConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

// The tests that need a Keycloak, a Chromium, the built site or an npm registry have configurations of their own, all but
// a few of their parts.
const exclude = [
  ...configDefaults.exclude,
  "src/keycloak/!(java).test.ts",
  "src/dashboard/!(chromium).test.ts",
  "src/site/*.test.ts",
  "src/release/{documents,flows,release}.test.ts",
];

// On two cores vitest would run one file at a time; these wait for each other's processes more than they work.
export default mergeConfig(shared, defineConfig({ test: { exclude, maxWorkers: 2 } }));
