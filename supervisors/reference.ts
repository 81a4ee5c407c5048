import type { CallOptions, Definition, Process } from "../actors/index.js";

/** A process that takes calls, as far as the methods of a reference need it. */
interface Callee {
  call(name: string, argument: unknown, options: CallOptions): Promise<unknown>;
}

/** The methods that a reference has besides what every process has. */
export type Methods<R extends Process> = Readonly<
  Record<Exclude<keyof R, keyof Process> & string, ReturnType<typeof request | typeof query>>
>;

/** A server that supervises: its references have `methods`, each of which is a call of the same name. */
export function supervising<A, R extends Process>(server: Definition<A>, methods: Methods<R>): Definition<A, R> {
  return { label: server.label, type: "supervisor", create: server.create, methods };
}

/**
 * A method that asks the supervisor's process `name` with an argument. It waits for ever unless told otherwise, as in OTP:
 * a child may take its time to start or stop.
 */
export function request(name: string) {
  return function (this: Callee, argument: unknown, options?: CallOptions): Promise<unknown> {
    return this.call(name, argument, patient(options));
  };
}

/** A method that asks the supervisor's process `name` without an argument. */
export function query(name: string) {
  return function (this: Callee, options?: CallOptions): Promise<unknown> {
    return this.call(name, undefined, patient(options));
  };
}

function patient(options: CallOptions | undefined): CallOptions {
  return { timeout: options?.timeout ?? Number.POSITIVE_INFINITY, signal: options?.signal };
}
