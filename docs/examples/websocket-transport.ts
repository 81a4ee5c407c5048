import type { TransportDefinition, TransportEnd, TransportProtocol, TransportSetup } from "caduceus";
import { noreply, server, shutdownWith, stop } from "caduceus/actors";
import { WebSocket } from "ws";

/** What happens to the socket, as mail to the process that owns it. */
interface OverWebSocket extends TransportProtocol {
  info: { readonly type: "ended"; readonly end: TransportEnd };
}

interface State {
  readonly socket: WebSocket;
  readonly setup: TransportSetup;
}

/** Milliseconds the server has to answer the closing handshake. */
const CLOSING = 1_000;

/**
 * A transport over a WebSocket, one JSON-RPC message a frame: `connect(() => webSocket("ws://localhost:8080"))`.
 * One process is one socket. When it ends, the client makes the next one.
 */
export function webSocket(url: string): TransportDefinition {
  return server<OverWebSocket>("websocket transport")<State, TransportSetup>({
    init(setup, self) {
      const { connection, incarnation } = setup;
      // So that `terminate` runs when the client is closed.
      self.trapExit = true;
      const socket = new WebSocket(url, "mcp");
      // However this process ends, the socket is gone before anybody hears of it.
      self.own(() => socket.terminate());

      let cause: unknown;
      socket.on("open", () => connection.send({ type: "opened", incarnation }));
      socket.on("message", (data) => {
        const line = data.toString();
        try {
          connection.send({ type: "received", incarnation, value: JSON.parse(line) });
        } catch {
          connection.send({ type: "noise", incarnation, line });
        }
      });
      socket.on("error", (error) => {
        cause = error;
      });
      socket.on("close", (code) => {
        const message = code === 1006 ? "The WebSocket broke" : `The WebSocket was closed with ${code}`;
        self.process.send({ type: "ended", end: { message, cause } });
      });
      return { socket, setup };
    },
    calls: {},
    casts: {
      write({ text, sequence }, state) {
        const { connection, incarnation } = state.setup;
        // Accepted is what has left us to its last byte. What has not when the socket breaks is sent again.
        state.socket.send(text, (error) => {
          if (!error) connection.send({ type: "accepted", incarnation, upTo: sequence });
        });
        return noreply(state);
      },
    },
    info(message, state) {
      return message.type === "ended" ? stop(shutdownWith(message.end), state) : noreply(state);
    },
    async terminate(reason, { socket }, self) {
      // Otherwise the socket has ended by itself.
      if (reason !== "shutdown") return;
      await new Promise<void>((resolve) => {
        const timer = self.runtime.clock.setTimer(CLOSING, resolve);
        socket.once("close", () => {
          self.runtime.clock.clearTimer(timer);
          resolve();
        });
        socket.close(1000);
      });
    },
  });
}
