/**
 * `caduceus/testing/vitest`: a `test` with a client, a scripted server and virtual time in it, for Vitest 4.1 and later.
 *
 * @module
 */
import { test as base, type TestAPI } from "vitest";
import type { Runtime, VirtualClock } from "../../actors/index.js";
import type { Client } from "../client/client.js";
import { connect } from "../client/connect.js";
import type { ConnectOptions } from "../client/options.js";
import { Faults } from "./faults/faults.js";
import { expectNoLeaks } from "./leaks/expect-no-leaks.js";
import { Recorder } from "./recorder/recorder.js";
import { Script } from "./script.js";
import { type MemoryServer, scriptedMemory } from "./scripted-memory.js";
import { type TestRuntime, testRuntime } from "./test-runtime.js";

/** What a test gets from {@link test}, made when it is asked for and closed when the test is over. */
export interface Fixtures {
  /** What chance is drawn from: the order of processes, the length of waits, faults. Change it with `test.override`; default 1. */
  readonly seed: number;
  /** How the client connects. Change it with `test.override`; default: as `connect` does. */
  readonly options: Omit<ConnectOptions, "runtime">;
  /** What the server does when the client connects. Change it with `test.override`; default: what a good server without tools does. */
  readonly script: Script;
  /** The runtime with its virtual clock. When the test is over it is stopped, and nothing may be left open. */
  readonly testRuntime: TestRuntime;
  /** Of `testRuntime`: for `connect`, or processes of your own. */
  readonly runtime: Runtime;
  /** Of `testRuntime`: time stands still until the test moves it. */
  readonly clock: VirtualClock;
  /** Of `testRuntime`: lets time pass until a promise has settled. */
  readonly drive: TestRuntime["drive"];
  /** Records the client, the server and the faults. What it has recorded is printed when the test fails. */
  readonly recorder: Recorder;
  /** What goes wrong between `client` and `server`: nothing, until the test says so with `faults.on`. */
  readonly faults: Faults;
  /** A scripted server in memory: tell it what to do with `server.play`. */
  readonly server: MemoryServer;
  /** Connected to `server`, through `faults`. */
  readonly client: Client;
}

/** How many of the latest events are printed when a test fails. */
const PRINTED = 200;

/**
 * Vitest's `test` with the {@link Fixtures} of this kit.
 *
 * ```ts
 * import { die, progress, Script, say } from "caduceus/testing";
 * import { test } from "caduceus/testing/vitest";
 *
 * test("my agent survives a tool server that dies half way", async ({ client, server, drive, expect }) => {
 *   server.play(new Script().once("tools/call", progress(1, 2), die()).tool("report", say("done")));
 *   expect(await drive(agent(client))).toBe("done");
 * });
 * ```
 *
 * Not for `test.concurrent`: what is left open cannot be told apart then.
 */
export const test: TestAPI<Fixtures> = base.extend<Fixtures>({
  seed: 1,
  options: {},
  script: new Script(),
  testRuntime: async ({ seed, task }, use) => {
    const made = testRuntime({ seed });
    const leaks = expectNoLeaks({ runtimes: [made.runtime] });
    await use(made);
    await made.drive(made.runtime.stop());
    await leaks.check().catch((error: unknown) => {
      // A test that has failed may have left its work half done: its own error says more.
      if (task.result?.state !== "fail") throw error;
    });
  },
  runtime: async ({ testRuntime }, use) => await use(testRuntime.runtime),
  clock: async ({ testRuntime }, use) => await use(testRuntime.clock),
  drive: async ({ testRuntime }, use) => await use(testRuntime.drive),
  recorder: async ({ clock, task, onTestFailed }, use) => {
    const recorder = new Recorder({ clock });
    onTestFailed(() => {
      process.stderr.write(`\nWhat happened in "${task.name}":\n${recorder.text({ last: PRINTED })}\n`);
    });
    await use(recorder);
    recorder.stop();
  },
  faults: async ({ seed, recorder }, use) => {
    const faults = new Faults({ seed });
    recorder.faults("faults", faults);
    await use(faults);
  },
  server: async ({ script, recorder }, use) => {
    const server = scriptedMemory(script);
    recorder.server("server", server);
    await use(server);
  },
  client: async ({ runtime, drive, server, faults, recorder, options }, use) => {
    const connecting = connect(faults.around(server.transport), { ...options, runtime });
    const client = recorder.client("client", await drive(connecting));
    await use(client);
    await drive(client.close());
  },
});
