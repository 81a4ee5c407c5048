import type { Client } from "../client/client.js";
import { describeEvent, type RecoveryEvent } from "./describe.js";
import type { Terminal } from "./terminal.js";

/** Keeps what a client tells of a loss and of the recovery until it may be printed; from then on prints it at once. */
export class RecoveryLog implements Disposable {
  readonly #terminal: Terminal;
  readonly #begun = performance.now();
  readonly #unlisten: readonly (() => void)[];
  #kept: string[] | undefined = [];

  constructor(client: Client, terminal: Terminal) {
    this.#terminal = terminal;
    this.#unlisten = [
      client.on("state", (event) => this.#hear({ type: "state", event })),
      client.on("lost", (event) => this.#hear({ type: "lost", event })),
      client.on("ready", (event) => this.#hear({ type: "ready", event })),
    ];
  }

  release(): void {
    this.#terminal.print(...(this.#kept ?? []));
    this.#kept = undefined;
  }

  [Symbol.dispose](): void {
    for (const unlisten of this.#unlisten) unlisten();
  }

  #hear(news: RecoveryEvent): void {
    const after = `+${Math.round(performance.now() - this.#begun)} ms`.padStart(8);
    const line = `   ${this.#terminal.style("dim", after)}  ${describeEvent(news, Date.now())}`;
    if (this.#kept === undefined) this.#terminal.print(line);
    else this.#kept.push(line);
  }
}
