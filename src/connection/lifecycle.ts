import { setup } from "xstate";

/** What the lifecycle hears. None of it is data: the connection keeps that, so that the machine stays finite. */
export type LifecycleEvent =
  /** The transport is open. */
  | { readonly type: "opened" }
  /** The handshake is done. */
  | { readonly type: "agreed" }
  /** The handshake failed. */
  | { readonly type: "refused" }
  /** The transport has ended. */
  | { readonly type: "lost" }
  /** The transport has ended, and there is no other. */
  | { readonly type: "spent" }
  /** The server cannot be reached for now; the transport lives. */
  | { readonly type: "unreachable" }
  /** The server has forgotten the session, or changed its revision: a new handshake is due. */
  | { readonly type: "forgotten" }
  /** The transport has ended, maybe because the server was asked which era it is of: another one is due at once. */
  | { readonly type: "unprobed" }
  /** The server is of another era than it seemed to be: another incarnation is due. */
  | { readonly type: "contradicted" }
  | { readonly type: "close" };

function unprovided(): void {
  throw new Error("The lifecycle's actions and delays are the connection's to provide");
}

/**
 * The life of a connection, as a statechart. `link` is the wire, one incarnation after the other; `service` is what the
 * user sees as `client.state`. Actions and delays are the connection's.
 */
export const lifecycle = setup({
  types: { events: {} as LifecycleEvent },
  actions: {
    openTransport: unprovided,
    shakeHands: unprovided,
    dropTransport: unprovided,
    openOutbox: unprovided,
    closeOutbox: unprovided,
    failWaiting: unprovided,
    forgiveFailures: unprovided,
  },
  delays: {
    /** The wait before the next incarnation. */
    backoff: () => 0,
    /** How long it may take to open a transport, and again to shake hands over it. */
    handshakeLimit: () => 0,
    /** How long without a ready connection until the state is `down`. */
    downAfter: () => 0,
    /** How long ready until the next wait is short again. */
    resetAfter: () => 0,
  },
}).createMachine({
  id: "connection",
  initial: "open",
  states: {
    open: {
      type: "parallel",
      on: { close: "closed" },
      states: {
        link: {
          initial: "opening",
          states: {
            opening: {
              entry: "openTransport",
              on: { opened: "shakingHands", lost: "backingOff", spent: "spent", unreachable: "backingOff" },
              after: { handshakeLimit: "dropping" },
            },
            shakingHands: {
              entry: "shakeHands",
              on: {
                agreed: "ready",
                refused: "dropping",
                lost: "backingOff",
                spent: "spent",
                unreachable: "backingOff",
                unprobed: "opening",
              },
              after: { handshakeLimit: "dropping" },
            },
            dropping: {
              entry: "dropTransport",
              on: { lost: "backingOff", spent: "spent" },
            },
            ready: {
              entry: "openOutbox",
              exit: "closeOutbox",
              on: {
                lost: "backingOff",
                spent: "spent",
                unreachable: "backingOff",
                forgotten: "shakingHands",
                contradicted: "dropping",
              },
              after: { resetAfter: { actions: "forgiveFailures" } },
            },
            backingOff: {
              after: { backoff: "opening" },
            },
            spent: {},
          },
        },
        service: {
          initial: "starting",
          states: {
            starting: {
              on: { agreed: "ready", spent: "down" },
              after: { downAfter: "down" },
            },
            ready: {
              on: {
                lost: "reconnecting",
                unreachable: "reconnecting",
                forgotten: "reconnecting",
                contradicted: "reconnecting",
                spent: "down",
              },
            },
            reconnecting: {
              on: { agreed: "ready", spent: "down" },
              after: { downAfter: "down" },
            },
            down: {
              entry: "failWaiting",
              on: { agreed: "ready" },
            },
          },
        },
      },
    },
    closed: { type: "final" },
  },
});
