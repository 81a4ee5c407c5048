import type { Behaviour, Definition, Mail, Process, Self, ViaName } from "../../actors/index.js";
import type { ChildSpec } from "../../supervisors/index.js";
import type { Client } from "./client.js";
import type { ConnectOptions, Server } from "./options.js";

/**
 * How a client behaves that is a child of a supervisor of your own: as {@link ConnectOptions} say, but for what concerns
 * the start and the runtime, which are the supervisor's.
 */
export interface ClientSpecOptions extends Omit<ConnectOptions, "name" | "runtime" | "onCrash" | "lazy" | "signal"> {
  /** A registry with unique keys in which the client has its name; default: the names of the runtime. */
  readonly registry?: { via(key: string): ViaName } | undefined;
}

/**
 * The client that `connect` makes, as a child of a supervisor of your own. {@link clientOf} finds it by its name.
 *
 * ```ts
 * const root = await runtime.start(supervisor("servers", { children: [clientSpec("files", { command: "file-server" })] }));
 * const tools = await clientOf(runtime, "files")?.listTools();
 * ```
 *
 * - Starting it does not wait for the server: what goes wrong there is a state of the client and not its supervisor's
 *   business. Wait with `ready()`, or just call.
 * - A client that has had too many defects of its own (see `restart`) ends; the child spec is `permanent`, so the
 *   supervisor starts it again. That is a new client, with nothing of the old one: listeners to its events are gone.
 * - `close()` of the client asks its supervisor to end it, so that it stays ended. A static supervisor keeps the spec.
 * - It is a value: `{ ...clientSpec(…), restart: "transient" }` is one, too.
 *
 * A start with options or a server that cannot be fails with {@link ConfigError}.
 *
 * @param name The child's id, its label in the tree, and the name it is found by.
 */
export function clientSpec(name: string, server: Server, options: ClientSpecOptions = {}): ChildSpec<Process, false> {
  const { registry, ...rest } = options;
  return {
    id: name,
    definition: definition as Definition<never>,
    argument: { name, server, options: { ...rest, name } } satisfies Argument,
    takesExtra: false,
    restart: "permanent",
    shutdown: "infinity",
    significant: false,
    type: "supervisor",
    name: registry === undefined ? name : registry.via(name),
    label: `client ${name}`,
    startTimeout: Number.POSITIVE_INFINITY,
    mailbox: undefined,
  };
}

/**
 * The client that runs under a name just now; `undefined` while there is none. It stands for one life: when its
 * supervisor has started it again, ask again.
 *
 * @param names The runtime, or the registry that the spec was made with.
 */
export function clientOf(names: { whereis(name: string): Process | undefined }, name: string): Client | undefined {
  const process = names.whereis(name);
  return process && clients.get(process);
}

/** The clients of living processes, by the root of their tree. */
const clients = new WeakMap<Process, Client>();

interface Argument {
  readonly name: string;
  readonly server: Server;
  readonly options: ConnectOptions;
}

const definition: Definition<Argument> = {
  label: "client",
  type: "supervisor",
  create: (self, argument) => new ClientRoot(self, argument),
};

/** The root of a client's tree. Everything heavy is loaded here, on first use, as `connect` does it. */
class ClientRoot implements Behaviour {
  readonly #self: Self;
  readonly #argument: Argument;
  #supervisor: Behaviour | undefined = undefined;

  constructor(self: Self, argument: Argument) {
    this.#self = self;
    this.#argument = argument;
  }

  async init(): Promise<unknown> {
    const { name, server, options } = this.#argument;
    const { embed } = await import("./embedded.js");
    // It may have been ended meanwhile.
    if (!this.#self.process.alive) return undefined;
    const { client, behaviour } = embed(this.#self, name, server, options);
    clients.set(this.#self.process, client);
    this.#supervisor = behaviour;
    return await behaviour.init?.();
  }

  receive(mail: Mail): unknown {
    return this.#supervisor?.receive(mail);
  }

  describe(): Readonly<Record<string, unknown>> {
    return this.#supervisor?.describe?.() ?? {};
  }
}
