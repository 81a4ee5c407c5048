import { defineConfig } from "vitest/config";
import whole from "./vitest.config.js";

const unit = whole.test?.projects?.[0] as { readonly resolve: object };

// What mutants are run against: the tests of the modules that are mutated, and of the client on top of them.
export default defineConfig({
  resolve: unit.resolve,
  test: {
    include: ["test/src/{operation,connection,client}/**/*.test.ts"],
    exclude: ["**/*.types.test.ts", "**/*.property.test.ts", "**/nothing-left.test.ts", "**/many.test.ts"],
    testTimeout: 5_000,
    pool: "threads",
  },
});
