import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { isThere } from "../../support/children.js";

const program = fileURLToPath(new URL("../fixtures/signalled.mjs", import.meta.url));

interface Host {
  readonly child: ChildProcess;
  readonly lines: string[];
  /** What its servers have started, which holds their pipes and outlives them. */
  readonly stayers: number[];
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

interface HostOptions {
  readonly clients?: number;
  readonly handles?: boolean;
  readonly stubborn?: boolean;
  readonly listens?: boolean;
}

/** Starts a host and waits until its clients are ready. */
async function begin({ clients = 1, handles = false, stubborn = false, listens = false }: HostOptions): Promise<Host> {
  const flags = [handles, stubborn, listens].map((flag) => (flag ? "yes" : ""));
  const child = spawn(process.execPath, [program, String(clients), ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  const lines: string[] = [];
  const stayers: number[] = [];
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    for (const pid of stayers) if (isThere(pid)) process.kill(pid, "SIGKILL");
  });
  await new Promise<void>((resolve) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      lines.push(line);
      const [, pid] = line.match(/^left behind: (\d+)/) ?? [];
      if (pid !== undefined) stayers.push(Number(pid));
      if (line === "ready") resolve();
    });
  });
  const ended = closed.then(([code, signal]) => ({ code, signal }));
  return { child, lines, stayers, ended };
}

const gone = async ({ stayers }: Host) => {
  expect(stayers.length).toBeGreaterThan(0);
  await vi.waitFor(() => expect(stayers.filter(isThere)).toEqual([]), { interval: 5, timeout: 10_000 });
};

test.each(["SIGINT", "SIGTERM"] as const)(
  "FAULTS host gets SIGINT or SIGTERM with `handleSignals`: %s, the client is closed, children's groups are gone, then the signal ends the host",
  async (signal) => {
    const host = await begin({ handles: true });

    host.child.kill(signal);

    expect(await host.ended).toEqual({ code: null, signal });
    expect(host.lines.at(-1)).toBe("closed");
    expect(host.stayers.filter(isThere)).toEqual([]);
  },
);

test("FAULTS host gets SIGINT or SIGTERM with `handleSignals`: of two clients both are closed before the signal goes on", async () => {
  const host = await begin({ clients: 2, handles: true });

  host.child.kill("SIGINT");

  expect(await host.ended).toEqual({ code: null, signal: "SIGINT" });
  expect(host.lines.filter((line) => line === "closed")).toHaveLength(2);
  expect(host.stayers.filter(isThere)).toEqual([]);
});

test("FAULTS host gets SIGINT or SIGTERM with `handleSignals`: where it listens itself, the client is closed, and the host decides", async () => {
  const host = await begin({ handles: true, listens: true });

  host.child.kill("SIGINT");
  await vi.waitFor(() => expect(host.lines).toContain("host done"), { interval: 5, timeout: 10_000 });

  expect(host.stayers.filter(isThere)).toEqual([]);
  expect(host.lines.filter((line) => line === "host heard")).toHaveLength(1);
  expect(host.child.exitCode).toBeNull();
  host.child.kill("SIGTERM");
  expect(await host.ended).toEqual({ code: null, signal: "SIGTERM" });
});

test("FAULTS host gets SIGINT or SIGTERM with `handleSignals`: twice, and stubborn servers are killed, and nothing is waited for", async () => {
  const host = await begin({ handles: true, stubborn: true });
  const startedAt = performance.now();

  host.child.kill("SIGINT");
  await vi.waitFor(() => expect(host.lines).toContain("closed"), { interval: 5 });
  host.child.kill("SIGINT");

  expect(await host.ended).toEqual({ code: null, signal: "SIGINT" });
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  await gone(host);
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "FAULTS host gets SIGINT or SIGTERM without `handleSignals`: %s, signals are the host's, and it ends at once",
  async (signal) => {
    const host = await begin({});

    host.child.kill(signal);

    expect(await host.ended).toEqual({ code: null, signal });
    expect(host.lines).not.toContain("closed");
  },
);

test("FAULTS host is killed with SIGKILL: obedient servers see the end of their stdin; what they started is left", async () => {
  const host = await begin({});

  host.child.kill("SIGKILL");

  expect((await host.ended).signal).toBe("SIGKILL");
  // docs/reliability.md says so: nobody was left to end it.
  expect(host.stayers.filter(isThere)).toEqual(host.stayers);
});
