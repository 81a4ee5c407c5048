import {
  type Behaviour,
  type Definition,
  type DownMessage,
  type ExitMessage,
  type Mail,
  MailKind,
  type Process,
  type Runtime,
  type Self,
  type StartOptions,
  type SystemMessage,
} from "../../actors/index.js";

type Order = (self: Self<unknown>) => unknown;

/** A process without any behaviour of its own: it does what a test tells it, and keeps everything else it gets. */
export interface Puppet {
  readonly process: Process<unknown>;
  readonly self: Self<unknown>;
  /** What came that was no order, oldest first. */
  readonly mail: unknown[];
  /** Runs a function as the process, in its turn, and resolves with what it returns; nothing waits for a promise. */
  run<T>(order: (self: Self<unknown>) => T): Promise<Awaited<T>>;
  /** Like `run`, but what the function throws or rejects with is the process's own failure. */
  act(order: Order): void;
}

/** Starts a puppet; `traps` makes exit signals its mail. */
export async function puppet(
  runtime: Runtime,
  { traps = false, ...options }: StartOptions & { readonly traps?: boolean } = {},
): Promise<Puppet> {
  const { definition, made } = puppetDefinition();
  await runtime.start(definition, undefined, options);
  const begun = await made;
  if (traps) begun.self.trapExit = true;
  return begun;
}

/** A puppet to be started by a test itself; `made` resolves with it as soon as it runs. */
export function puppetDefinition(label = "puppet"): {
  readonly definition: Definition<undefined, Process<unknown>>;
  readonly made: Promise<Puppet>;
} {
  let resolve: (puppet: Puppet) => void = () => {};
  const made = new Promise<Puppet>((resolved) => {
    resolve = resolved;
  });
  const create = (narrow: Self): Behaviour => {
    const self = narrow as unknown as Self<unknown>;
    const behaviour = new PuppetBehaviour(self);
    resolve(new Handle(self, behaviour.mail));
    return behaviour;
  };
  return { definition: { label, type: "worker", create }, made };
}

/** The exit signals and DOWN messages among what a puppet got, without the processes they are about. */
export function signalsOf(puppet: Puppet): string[] {
  return puppet.mail.filter(isSignal).map(({ type, reason }) => `${type} ${JSON.stringify(reason)}`);
}

class PuppetBehaviour implements Behaviour {
  readonly mail: unknown[] = [];
  readonly #self: Self<unknown>;

  constructor(self: Self<unknown>) {
    this.#self = self;
  }

  receive(mail: Mail): unknown {
    if (mail.kind === MailKind.system) {
      const message = mail.payload as SystemMessage;
      if (message.order === "stop") this.#self.exit(message.reason);
      return undefined;
    }
    if (typeof mail.payload === "function") return (mail.payload as Order)(this.#self);
    this.mail.push(mail.payload);
    return undefined;
  }
}

class Handle implements Puppet {
  readonly self: Self<unknown>;
  readonly mail: unknown[];

  constructor(self: Self<unknown>, mail: unknown[]) {
    this.self = self;
    this.mail = mail;
  }

  get process(): Process<unknown> {
    return this.self.process;
  }

  run<T>(order: (self: Self<unknown>) => T): Promise<Awaited<T>> {
    return new Promise((resolve, reject) => {
      this.act((self) => {
        try {
          resolve(order(self) as Awaited<T>);
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  act(order: Order): void {
    this.process.send(order);
  }
}

function isSignal(message: unknown): message is ExitMessage | DownMessage {
  const { type } = (message ?? {}) as { type?: unknown };
  return type === "EXIT" || type === "DOWN";
}
