import { describe, expect, test } from "vitest";
import { describeEvent, describeStats, textOf } from "../../../src/cli/describe.js";
import { serverPid } from "../../../src/cli/server-pid.js";
import { Script } from "../../../src/testing/index.js";
import { test as kit } from "../../../src/testing/vitest.js";

describe("what the command line says", () => {
  test("of a server's text is fit for a terminal", () => {
    const content = [
      { type: "text", text: "one\u001b[2J\ntwo" },
      { type: "audio", data: "", mimeType: "audio/wav" },
    ] as const;

    expect(textOf({ content: [...content] })).toBe("one [2J two (audio)");
  });

  kit("of a client's counters is one line", async ({ client, server, drive }) => {
    server.play(new Script());
    await drive(client.ping());

    expect(describeStats(client.stats)).toBe(
      "1 of 1 operations settled · 0 updates delivered, 0 dropped · 1 server starts",
    );
  });

  kit("of a loss and a recovery says when the next server is started", async ({ client, server, drive }) => {
    const said: string[] = [];
    client.on("state", (event) => said.push(describeEvent({ type: "state", event }, 0)));
    client.on("lost", (event) => said.push(describeEvent({ type: "lost", event }, event.retryAt ?? 0)));
    client.on("lost", ({ error }) => {
      said.push(describeEvent({ type: "lost", event: { error, retryAt: undefined } }, 0));
    });
    client.on("ready", (event) => said.push(describeEvent({ type: "ready", event }, 0)));

    server.kill();
    await drive(client.ping());

    expect(said).toEqual([
      "state  reconnecting",
      "lost   the next server is started in 0 ms",
      "lost",
      "state  ready",
      "ready  incarnation 2",
    ]);
  });

  kit("of a server's process is its pid, wherever it is in the tree", ({ client, runtime }) => {
    expect(client.state).toBe("ready");
    expect(serverPid(runtime.tree())).toBeUndefined();
    const [root] = runtime.tree();
    const leaf = { ...root!, children: [], details: { pid: 4711 } };
    expect(serverPid([{ ...root!, children: [{ ...root!, children: [] }, leaf] }])).toBe(4711);
  });
});
