import { spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endOf, isThere, type ProgramEnd } from "../support/children.js";
import { Consumer } from "./consumer.js";

let consumer: Consumer;
beforeAll(async () => {
  consumer = await Consumer.create();
});
afterAll(() => consumer[Symbol.asyncDispose]());

describe("the packed files", () => {
  test("are what is built, the documentation, and no sources or tests", () => {
    const expected = [/^package\.json$/, /^(README|CHANGELOG)\.md$/, /^LICENSE$/, /^docs\//];
    const built = /^dist\/(actors|supervisors|src)\/.*\.(js|js\.map|d\.ts)$/;
    const others = consumer.packed.filter((path) => ![...expected, built].some((pattern) => pattern.test(path)));

    expect(others).toEqual([]);
    expect(consumer.packed.filter((path) => /(^|\/)tests?\/|^dist\/.*\.test/.test(path))).toEqual([]);
  });

  test("have everything that package.json points to", async () => {
    const { bin, exports } = await consumer.manifest();
    const targets = Object.values(exports).flatMap((target) =>
      typeof target === "string" ? target : Object.values(target),
    );

    for (const target of [...targets, ...Object.values(bin)]) {
      expect(consumer.packed).toContain(target.replace(/^\.\//, ""));
    }
  });
});

/** What each entry exports, by name: a change here is a change of the public surface. */
const surface = {
  caduceus: `
    CaduceusError CancelledError CapabilityError ConfigError ConnectionClosedError ConnectionLostError HttpError
    InvalidRequestError InvalidResultError MessageTooLargeError OverloadedError ProtocolError TimeoutError
    UnauthorizedError clientOf clientSpec connect createOperation generateProgressToken memoryTransport onTelemetry
    telemetryChannels
  `,
  "caduceus/actors": `
    AlreadyStartedError BadReturnError CallError MachineHost MachineTimer MailKind MailboxFullError NoHandlerError
    RealClock ReleaseError Runtime RuntimeStoppedError StartError Task TaskError VirtualClock callFor causeOf describeExit
    drawTree failure getState ignore isOrderly isThenable isViaName machine noreply registry replaceState reply server
    shutdownWith spawn startWith stop stopReply
  `,
  "caduceus/supervisors": `
    ChildStartError IntensityError RestartError SpecError child dynamicSupervisor partialChild supervisor
    taskSupervisor
  `,
  "caduceus/testing": `
    Faults LeakError Probe Recorder Script answer ask die echo expectNoLeaks fail fault flood leaveBehind log needInput
    notify progress randomFrom raw readOn received say scriptedHttp scriptedMemory scriptedStdio sent stall status
    stopReading task tell testRuntime together wait
  `,
};

test.each(Object.entries(surface))("%s exports this at run time, and no more", async (entry, names) => {
  const script = `import(${JSON.stringify(entry)}).then((all) => console.log(JSON.stringify(Object.keys(all))))`;

  expect(JSON.parse(await consumer.node("-e", script))).toEqual(names.trim().split(/\s+/));
});

describe("the bin", () => {
  /** Runs it as npm has linked it. */
  function caduceus(...args: readonly string[]): Promise<ProgramEnd> {
    const isWindows = process.platform === "win32";
    const bin = consumer.path(`node_modules/.bin/caduceus${isWindows ? ".cmd" : ""}`);
    return endOf(spawn(bin, args, { cwd: consumer.root, shell: isWindows }));
  }

  /**
   * Puts a server-everything there with this program, or with none. The nearest one counts, so that one in a folder above
   * the temporary one is not seen.
   */
  async function installEverything(program: string | undefined): Promise<void> {
    const folder = "node_modules/@modelcontextprotocol/server-everything";
    await consumer.write(`${folder}/package.json`, { name: "@modelcontextprotocol/server-everything", type: "module" });
    if (program !== undefined) await consumer.write(`${folder}/dist/index.js`, program);
  }

  test("can be run", async () => {
    const { version, bin } = await consumer.manifest();
    const { mode } = await stat(consumer.path(`node_modules/caduceus/${bin.caduceus}`));

    expect(process.platform === "win32" || (mode & 0o111) === 0o111).toBe(true);
    expect(await caduceus("--version")).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("shows the demo with the bundled server where no other is installed", async () => {
    await installEverything(undefined);
    const { code, stdout, stderr } = await caduceus("demo");

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("with the server that comes with it");
    expect(stdout).toContain("ready  incarnation 2");
    const pids = [...stdout.matchAll(/ pid (\d+)/g)].map(([, pid]) => Number(pid));
    expect(pids.filter((pid) => isThere(pid) || isThere(-pid))).toEqual([]);
  });

  test("says what went wrong, and exits with 1, when the server does not start", async () => {
    await installEverything('console.error("no disk left"); process.exit(3);');
    const { code, stdout, stderr } = await caduceus("demo");

    expect(code).toBe(1);
    expect(stdout).toMatch(/\n1\. Start: .*\n$/);
    expect(stderr).toMatch(/^\nDemoError: Step 1 of the demo \(Start\) failed\ncaused by ConnectionLostError: /);
    expect(stderr).toMatch(/exit code 3\n {2}stderr {4}no disk left\n$/);
  });

  test("says what went wrong, and exits with 1, when the server has no such tool", async () => {
    await installEverything(
      `import { pathToFileURL } from "node:url";
       import { Script, scriptedStdio } from "caduceus/testing";
       const { args } = scriptedStdio(new Script());
       process.argv.splice(1, process.argv.length, ...args);
       await import(pathToFileURL(args[0]).href);`,
    );
    const { code, stdout, stderr } = await caduceus("demo");

    expect(code).toBe(1);
    expect(stderr).toMatch(/Step 2 of the demo \(Progress\) failed\ncaused by ProtocolError: .*-32601/);
    const pid = Number(stdout.match(/ pid (\d+)/)?.[1]);
    expect(pid).toBeGreaterThan(0);
    expect(isThere(-pid)).toBe(false);
  });
});
