import { describe, expect, test } from "vitest";
import { Script, stall, task } from "../../../src/testing/index.js";
import { connectOverHttp, next } from "../../support/http.js";
import { errorOf } from "../../support/memory.js";

describe.each(["legacy", "modern"] as const)("a client of an HTTP server that is closed, %s", (era) => {
  test("still ends its tasks there, each with the name of its task in a header where the era has it", async () => {
    const { server, client } = await connectOverHttp(new Script({ era }).taskTool("work", task({}, stall())), {
      protocol: era,
      sessions: era === "legacy",
    });
    await client.listTools();
    const created = next((handler) => client.on("taskStatus", handler));
    const call = errorOf(client.callTool("work"));
    await created;

    await client.close();

    expect(await call).toMatchObject({ code: "CONNECTION_CLOSED", outcome: "unknown" });
    const cancels = server.received.filter(({ message }) => message?.method === "tasks/cancel");
    const taskId = (cancels[0]?.message?.params as { taskId?: string } | undefined)?.taskId;
    expect(cancels).toHaveLength(1);
    expect(taskId).toContain("task-1");
    expect(cancels[0]?.headers["mcp-name"]).toBe(era === "modern" ? taskId : undefined);
  });
});
