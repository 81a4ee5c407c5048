import type { ClientEvents } from "caduceus";
import { answer, notify, Script, type Step, say, stall, tell, together, wait } from "caduceus/testing";
import { describe, expect, test, vi } from "vitest";
import { wires } from "./rows.js";
import { over } from "./stage.js";

const LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"] as const;
const A = "file:///a";
const logged = (level: string, data: unknown = level) => notify("notifications/message", { level, logger: "db", data });
const working = (...steps: readonly Step[]) => new Script().tool("work", ...steps, say("done"));
const repeated = (count: number, ...steps: readonly Step[]) => Array.from({ length: count }, () => steps).flat();

describe.each(wires)("over %s", (wire) => {
  test("M16 log messages of all eight levels come to the handler, and one that throws harms nobody", async () => {
    const heard: unknown[] = [];
    const { client } = await over(wire, working(...LEVELS.map((level) => logged(level))), {
      onLog: (message) => void heard.push(message),
    });
    let failures = 0;
    client.on("callbackError", () => void failures++);
    client.on("log", () => {
      throw new Error("no");
    });

    await client.callTool("work");
    await vi.waitFor(() => expect(failures).toBe(8), { interval: 5 });

    expect(heard).toEqual(LEVELS.map((level) => ({ level, logger: "db", data: level })));
  });

  test("M16 the level is set, and set again when the server is another one", async () => {
    const { client, of, restart } = await over(wire, working().on("logging/setLevel", answer({})));

    await client.setLogLevel("error");
    await restart();
    await client.ping();

    expect(of("logging/setLevel").map(({ params }) => params?.level)).toEqual(["error", "error"]);
  });

  test.each([
    ["toolsChanged", "notifications/tools/list_changed"],
    ["promptsChanged", "notifications/prompts/list_changed"],
    ["resourcesChanged", "notifications/resources/list_changed"],
  ] as const)(
    "M17 %s is told once for one notification, and of a flood again and again until its end",
    async (event, method) => {
      // 60 in at least 600 ms: whoever waited for silence would be told once.
      const flood = [...repeated(60, notify(method), wait(10)), together(notify(method), say("done"))];
      const { client } = await over(wire, working(notify(method)).tool("flood", ...flood));
      const told: number[] = [];
      client.on(event, () => void told.push(performance.now()));

      await client.callTool("work");
      await vi.waitFor(() => expect(told).toHaveLength(1), { interval: 5 });
      const begun = performance.now();
      await client.callTool("flood");
      const ended = performance.now();

      // The last of them came with the result: it is told with it, or when the window of the one before is over.
      await vi.waitFor(() => expect(told.at(-1)).toBeGreaterThan(ended - 50), { interval: 5 });
      expect(told.length).toBeGreaterThanOrEqual(5);
      expect(told.length).toBeLessThanOrEqual((ended - begun) / 100 + 3);
    },
  );

  test("M17 an update of a resource that is subscribed to is told, also after the server was started again", async () => {
    const script = working(notify("notifications/resources/updated", { uri: A })).on("resources/subscribe", answer({}));
    const { client, of, restart } = await over(wire, script);
    const heard: string[] = [];
    await client.subscribe(A, ({ uri }) => void heard.push(uri));

    await client.callTool("work");
    await restart();
    await client.callTool("work", {}, { retry: true });

    await vi.waitFor(() => expect(heard).toEqual([A, A]), { interval: 5 });
    expect(of("resources/subscribe")).toHaveLength(2);
  });

  test("M17 in the modern era updates come on the stream of one subscription", async () => {
    const notifications = { resourceSubscriptions: [A] };
    const script = new Script({ era: "modern" }).on(
      "subscriptions/listen",
      tell("notifications/subscriptions/acknowledged", { notifications }),
      wait(20),
      tell("notifications/resources/updated", { uri: A }),
      stall(),
    );
    const { client, of, http, restart } = await over(wire, script);
    const heard: string[] = [];
    await client.subscribe(A, ({ uri }) => void heard.push(uri));

    await vi.waitFor(() => expect(heard).toEqual([A]), { interval: 5 });
    await restart();
    await vi.waitFor(() => expect(heard).toEqual([A, A]), { interval: 5 });
    // What was tried while nobody was there has not come to the server.
    const came = http?.messages("subscriptions/listen").map(({ message }) => message) ?? of("subscriptions/listen");
    expect(came).toMatchObject([{ params: { notifications } }, { params: { notifications } }]);
  });

  test("M17 the status of a task is told", async () => {
    const task = { taskId: "t", status: "working", statusMessage: "half", ttl: null };
    const { client } = await over(wire, working(notify("notifications/tasks/status", task)));
    const heard: ClientEvents["taskStatus"][] = [];
    client.on("taskStatus", (event) => void heard.push(event));

    await client.callTool("work");

    await vi.waitFor(() => expect(heard).toMatchObject([{ taskId: "t", status: "working", task }]), { interval: 5 });
  });
});
