import { expect, test } from "vitest";
import { Runtime, VirtualClock } from "../../../actors/index.js";
import { connect } from "../../../src/index.js";
import { Script, scriptedMemory, stall } from "../../../src/testing/index.js";
import { drive } from "../../support/memory.js";

/**
 * A virtual clock whose read turn can be filled: what a pipe holds is read after due timers have had their turn, and
 * before what asked for `later`, as in Node's loop.
 */
class LoopClock extends VirtualClock {
  readonly pipe: (() => void)[] = [];

  override later(callback: () => void): void {
    super.later(() => {
      for (const read of this.pipe.splice(0)) read();
      callback();
    });
  }
}

test("the host's event loop is blocked beyond a heartbeat's timeout, a sign of life in the pipe: it wins", async () => {
  const clock = new LoopClock();
  const runtime = new Runtime({ clock });
  const server = scriptedMemory(new Script().on("ping", stall()));
  const heartbeat = { interval: 10_000, timeout: 1_000 };
  const client = await drive(clock, connect(server.transport, { runtime, heartbeat }));
  const connection = runtime.tree()[0]?.children[0]?.process;
  await clock.advance(10_999);

  clock.pipe.push(() => connection?.send({ type: "noise", incarnation: 1, line: "still here" } as never));
  await clock.advance(1);

  expect(clock.pipe).toEqual([]);
  expect(client.state).toBe("ready");
  await clock.advance(10_999);
  expect(client.state).toBe("ready");
  await clock.advance(1);
  expect(client.state).toBe("reconnecting");
  await drive(clock, runtime.stop());
});
