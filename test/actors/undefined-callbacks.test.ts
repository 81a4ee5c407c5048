import { describe, expect, test } from "vitest";
import { noreply, type ServerRef, server } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { puppet } from "./puppet.js";

const bare = server<{ casts: { go(): void }; info: string }>("bare")({
  init: (traps: boolean | undefined, self) => {
    self.trapExit = traps ?? false;
    return "state";
  },
  calls: {},
  casts: { go: (state) => noreply(String(state), { continue: "nowhere" }) },
});

describe.each(seeds)("a callback that is not there, order %s", (seed) => {
  async function start() {
    const test = testRuntime({ seed });
    const ref = await test.runtime.start(bare);
    return {
      ...test,
      ref,
      loose: ref as unknown as ServerRef<{ calls: Record<string, () => void>; casts: Record<string, () => void> }>,
    };
  }

  test.each(["unheard", "toString", "__proto__", "constructor"])(
    "a call nobody handles ends the server · undef_handle_call (%s)",
    async (name) => {
      const { loose, crashes } = await start();
      await expect(loose.call(name)).rejects.toMatchObject({
        failure: "exit",
        reason: { error: { name: "NoHandlerError", message: expect.stringContaining(JSON.stringify(name)) } },
      });
      expect(crashes).toHaveLength(1);
    },
  );

  test.each(["unheard", "hasOwnProperty"])(
    "a cast nobody handles ends the server · undef_handle_cast (%s)",
    async (name) => {
      const { loose, crashes } = await start();
      loose.cast(name);
      expect(await loose.exited).toMatchObject({ error: { name: "NoHandlerError" } });
      expect(crashes).toHaveLength(1);
    },
  );

  test("an info nobody handles is ignored · undef_handle_info", async () => {
    const { runtime, clock, ref, crashes } = await start();
    const other = await puppet(runtime);
    const trapping = await runtime.start(bare, true);
    await other.run((self) => self.link(trapping));
    ref.send("ignored");
    other.process.exit("shutdown");
    await clock.settle();
    expect([ref.alive, trapping.alive]).toEqual([true, true]);
    expect(crashes).toEqual([]);
  });

  test("a continue nobody handles ends the server · undef_handle_continue", async () => {
    const { ref, crashes } = await start();
    ref.cast("go");
    expect(await ref.exited).toMatchObject({
      error: { name: "NoHandlerError", message: expect.stringContaining("nowhere") },
    });
    expect(crashes).toHaveLength(1);
  });

  test("without terminate a server just ends · undef_terminate", async () => {
    const { ref, crashes } = await start();
    await ref.stop();
    expect(await ref.exited).toBe("normal");
    expect(crashes).toEqual([]);
  });
});
