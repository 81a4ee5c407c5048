import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Script, stall } from "caduceus/testing";
import { describe, expect, test } from "vitest";
import { children, endOf, isThere } from "../../support/children.js";
import { wires } from "./rows.js";
import { errorOf, over } from "./stage.js";

const program = fileURLToPath(new URL("../fixtures/closes.mjs", import.meta.url));

describe.each(wires)("over %s", (wire) => {
  test("M12 close rejects what is pending, ends the child or the session, and nothing is started again", async () => {
    const { client, http, of } = await over(wire, new Script().tool("never", stall()), { protocol: "legacy" });
    const before = children.length;
    const call = client.callTool("never");
    const error = errorOf(call);
    await client.ping();

    await client.close();

    expect(await error).toMatchObject({ code: "CONNECTION_CLOSED", outcome: "unknown" });
    expect(client.state).toBe("closed");
    expect(of("initialize")).toHaveLength(1);
    expect(children).toHaveLength(before);
    if (http === undefined) {
      expect(isThere(Number(children.at(-1)?.pid))).toBe(false);
    } else {
      expect(http.received.at(-1)?.method).toBe("DELETE");
      expect(http.sessions).toEqual({ open: 0, begun: 1 });
      await http.until(() => http.sockets.open === 0);
    }
  });

  test("M12 after close no timer, socket, listener or child is left, and Node exits by itself", {
    retry: 2,
  }, async () => {
    const { code, stdout, stderr } = await endOf(spawn(process.execPath, [program, wire]));

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const report = JSON.parse(stdout) as { readonly listeners: number; readonly left: string[]; readonly took: number };
    expect(report).toMatchObject({ listeners: 0, left: [] });
    // Nothing may be left after 2 s, by which a machine that is busy with other things is late as well.
    expect(report.took).toBeLessThan(2_000);
  });
});
