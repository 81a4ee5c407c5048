import { fileURLToPath } from "node:url";
import { connect } from "caduceus";
import { expect, test } from "vitest";

const ghost = fileURLToPath(new URL("../fixtures/ghost.mjs", import.meta.url));

test("FAULTS a late event of an old process after a restart: it is ignored, what it still says reaches nobody", async () => {
  await using client = await connect(
    { command: process.execPath, args: [ghost] },
    { protocol: "legacy", backoff: { initial: 1 } },
  );

  await expect(client.callTool("die")).rejects.toMatchObject({ code: "CONNECTION_LOST", signal: "SIGKILL" });
  // Answered long after the old process's ghost has answered all ids there are.
  const slow = await client.callTool("slow");

  expect(slow).toMatchObject({ content: [{ text: "mine" }] });
  expect(client.state).toBe("ready");
  expect(client.stats).toMatchObject({ restarts: { incarnations: 2 }, messages: { invalid: 0 } });
});
