import { defineConfig } from "vitest/config";
import type { PoolOptions, VitestPluginContext } from "vitest/node";
import { KeptThread } from "./test/support/mutants/kept-thread.js";
import { LikelyFirst } from "./test/support/mutants/likely-first.js";
import whole from "./vitest.config.js";

const unit = whole.test?.projects?.[0] as { readonly resolve: object };

// What mutants are run against: the tests of the modules that are mutated, and of the client's operations. Every mutant is
// one run of those that reach it, and one that nobody finds is a run of all of them: so it must be short. Only the fair
// order, nothing that is of the client alone, all files in one thread, and the same thread for mutant after mutant.
// (Stryker insists on a pool of its own, therefore the hook.)
export default defineConfig({
  resolve: unit.resolve,
  plugins: [
    {
      name: "kept-thread",
      configureVitest({ project }: VitestPluginContext) {
        const pool = { name: "kept thread", createPoolWorker: (options: PoolOptions) => new KeptThread(options) };
        Object.assign(project.config, { pool: pool.name, poolRunner: pool });
      },
    },
  ],
  test: {
    include: ["test/src/{operation,connection,client,faults}/**/*.test.ts"],
    exclude: [
      "**/*.types.test.ts",
      "**/*.property.test.ts",
      "**/{nothing-left,many,hostile-json,client-crowd}.test.ts",
      "test/src/client/{handlers,lists,subscriptions}/**",
      "test/src/client/{connect-options,log-level,methods,news,output-schemas,stack,task-http-close}.test.ts",
    ],
    setupFiles: ["test/support/mutants/setup.ts"],
    env: { SEEDS: "0" },
    testTimeout: 10_000,
    restoreMocks: true,
    isolate: false,
    sequence: { sequencer: LikelyFirst },
  },
});
