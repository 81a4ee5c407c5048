import { MachineTimer, noreply, server, startWith } from "../../actors/index.js";
import { unsent } from "../operation/settlement.js";
import type { ConnectionProtocol } from "./protocol.js";
import { type ConnectionMail, RunningConnection } from "./running-connection.js";
import type { ConnectionSettings } from "./settings.js";

interface Connecting extends ConnectionProtocol {
  info: ConnectionMail;
}

/**
 * The process that is one client's connection: it hosts the lifecycle, owns the transport of the moment, and keeps the
 * pending operations. A transport's end is mail and a state; only a defect of ours ends this process.
 *
 * Source: MCP specification, revision 2025-11-25, "Lifecycle".
 */
export const connection = server<Connecting>("connection")<RunningConnection, ConnectionSettings>({
  init(settings, self) {
    self.trapExit = true;
    return startWith(new RunningConnection(settings, self), { continue: "open" });
  },
  continue(_argument, it) {
    it.start();
    return noreply(it);
  },
  calls: {
    request(ticket, it, _self, from) {
      const refused = it.refusal();
      if (refused === undefined) it.operations.accept(ticket, from);
      else from.reply(unsent(refused));
      return noreply(it);
    },
  },
  casts: {
    notify(notice, it) {
      it.notify(notice);
      return noreply(it);
    },
    cancel(order, it) {
      it.operations.cancel(order);
      return noreply(it);
    },
    cancelAll(reason, it) {
      it.operations.cancelAll(reason);
      return noreply(it);
    },
  },
  info(message, it) {
    if (message instanceof MachineTimer) it.fire(message);
    else if (message.type === "EXIT") it.exited(message);
    else if (message.type === "ring") it.operations.rung();
    else if (message.type === "due") it.operations.due(message.process);
    else if (message.type === "expired") it.heartbeat.expired(it.operations.expired(message), message.after);
    else if (message.type === "release") it.operations.departures.release(message.pending);
    else if (message.type === "again") it.operations.again(message.pending);
    else if (message.type === "inputMade") it.operations.inputMade(message);
    else if (message.type === "probeLimit") it.handshake.limit(message.turn);
    else if (message.type === "answered") it.answers.answered(message);
    else if (message.type === "made") it.made(message);
    else if (message.type === "beat") it.heartbeat.beat(message);
    else if (message.type !== "DOWN") it.hear(message);
    return noreply(it);
  },
  terminate: (reason, it) => it.terminate(reason),
  describe: (it) => it.describe(),
});
