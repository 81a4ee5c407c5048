import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "caduceus";
import { expect, onTestFinished, test } from "vitest";

const ghost = fileURLToPath(new URL("../fixtures/ghost.mjs", import.meta.url));

test("FAULTS a late event of an old process after a restart: it is ignored, what it still says reaches nobody", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ghost-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await using client = await connect(
    { command: process.execPath, args: [ghost, join(folder, "sign")] },
    { protocol: "legacy", backoff: { initial: 1 } },
  );

  await expect(client.callTool("die")).rejects.toMatchObject({ code: "CONNECTION_LOST", signal: "SIGKILL" });
  // Answered long after the old process's ghost, woken by this call, has answered all ids there are.
  const slow = await client.callTool("slow");

  expect(slow).toMatchObject({ content: [{ text: "mine" }] });
  expect(client.state).toBe("ready");
  expect(client.stats).toMatchObject({ restarts: { incarnations: 2 }, messages: { invalid: 0 } });
});
