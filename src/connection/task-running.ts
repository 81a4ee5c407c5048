import type { Timer } from "../../actors/index.js";
import type { Codec } from "../protocol/codec.js";
import type { Params } from "../protocol/message.js";
import type { TaskState } from "../protocol/tasks.js";

/** A task as the operation it belongs to knows it. */
export class RunningTask {
  readonly id: string;
  /** What the handshake had agreed on when it was created. */
  readonly codec: Codec;
  /** When it was heard of first, on the runtime's clock: its server's clock may be another. */
  readonly since: number;
  state: TaskState;
  /** A poll is waited for, on its way, or out; never two of them. */
  isDue = false;
  timer: Timer | undefined = undefined;
  /** Polls in a row that the server would not take for the revision they are of. */
  refusals = 0;
  /** What the server asked so far, by its keys: nobody is asked twice. */
  readonly asked = new Set<string>();
  /** Handlers of ours work for it. */
  isAsking = false;
  /** What the host has answered and the server has not acknowledged, and what of it is on its way. */
  answers: Params = {};
  sent: Params = {};
  /** The requests beside the polls that are out. */
  updateId: number | undefined = undefined;
  resultId: number | undefined = undefined;

  constructor(state: TaskState, codec: Codec, since: number) {
    this.id = state.id;
    this.state = state;
    this.codec = codec;
    this.since = since;
  }
}
