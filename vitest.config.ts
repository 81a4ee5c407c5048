import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// Where it is set, the runs are also written there as JSON: CI adds them up.
const report = process.env.TEST_REPORT;

export default defineConfig({
  test: {
    passWithNoTests: false,
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    coverage: {
      provider: "v8",
      include: ["{actors,supervisors,src}/**/*.ts"],
      exclude: ["test/**"],
      reporter: ["text-summary", "json-summary", ["text", { skipFull: true }]],
      reportsDirectory: "coverage",
    },
    projects: [
      {
        extends: true,
        // The unit tests read the package's name as its sources, so that they need no build.
        resolve: {
          alias: [
            { find: /^caduceus$/, replacement: source("src/index.ts") },
            { find: /^caduceus\/(actors|supervisors)$/, replacement: source("$1/index.ts") },
            { find: /^caduceus\/testing$/, replacement: source("src/testing/index.ts") },
            { find: /^caduceus\/testing\/vitest$/, replacement: source("src/testing/vitest.ts") },
          ],
        },
        test: {
          name: "unit",
          include: ["test/{actors,supervisors,src,docs,simulation}/**/*.test.ts"],
          setupFiles: ["test/support/wire-tap.ts"],
          // Against a hang only: nothing here waits for real time, but the machine may be busy.
          testTimeout: 20_000,
          restoreMocks: true,
          pool: "threads",
          // Nothing in this package has effects at module level: files share a worker, and import everything once.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        // Real processes and sockets, and the built package: these wait for the build and for the unit tests.
        test: {
          name: "real",
          include: ["test/{real,package}/**/*.test.ts"],
          setupFiles: ["test/support/wire-tap.ts"],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          restoreMocks: true,
          pool: "forks",
          // They wait for other processes most of the time.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
