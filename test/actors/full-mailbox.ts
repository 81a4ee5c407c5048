import { type Inspection, type MailboxOptions, noreply, type Overflow, reply, server } from "../../actors/index.js";
import { testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { puppet } from "./puppet.js";

export const overflows: readonly Overflow[] = ["dropNewest", "dropOldest", "exit"];

interface Desk {
  calls: { ask(n: number): number };
  casts: { tell(n: number): void; hold(promise: Promise<void>): void };
  info: number;
}

function desk(log: unknown[]) {
  return server<Desk>("desk")({
    init: () => 0,
    calls: {
      ask: (n, state) => {
        log.push(`ask ${n}`);
        return reply(n, state);
      },
    },
    casts: {
      tell: (n, state) => {
        log.push(`tell ${n}`);
        return noreply(state);
      },
      hold: async (promise, state) => {
        await promise;
        return noreply(state);
      },
    },
    info: (message, state) => {
      log.push(message);
      return noreply(state);
    },
  });
}
/** A runtime whose drops are noted. */
export function watched(seed: number | undefined) {
  const events: Inspection[] = [];
  const dropped = () => events.flatMap((event) => (event.type === "drop" ? [event] : []));
  const refused = () =>
    events.flatMap((event) => (event.type === "send" && !event.delivered ? [event.mail.payload] : []));
  return { events, dropped, refused, ...testRuntime({ seed, onInspect: (event) => events.push(event) }) };
}

/** A puppet that is at work until the gate opens, with an empty mailbox. */
export async function busyPuppet(
  stage: ReturnType<typeof watched>,
  mailbox: MailboxOptions | undefined,
  traps = false,
) {
  const busy = await puppet(stage.runtime, { mailbox, traps });
  const { promise, open } = gate();
  busy.act(() => promise);
  await stage.clock.settle();
  return { busy, open };
}

/** A desk that is at work until the gate opens, with an empty mailbox. */
export async function busyDesk(stage: ReturnType<typeof watched>, mailbox: MailboxOptions) {
  const log: unknown[] = [];
  const ref = await stage.runtime.start(desk(log), undefined, { mailbox });
  const { promise, open } = gate();
  ref.cast("hold", promise);
  await stage.clock.settle();
  return { ref, log, open };
}
