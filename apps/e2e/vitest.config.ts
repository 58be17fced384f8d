import { configDefaults, defineConfig, mergeConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

// The tests that need a Keycloak, all but that of finding its Java, have a configuration of their own.
const exclude = [...configDefaults.exclude, "src/keycloak/!(java).test.ts"];

export default mergeConfig(shared, defineConfig({ test: { exclude } }));
