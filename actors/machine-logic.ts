/**
 * As much of an xstate machine as the types need. xstate's own types stay out of the declarations: they do not compile
 * with `exactOptionalPropertyTypes` and without `skipLibCheck`, not even for a program that has no machine.
 */
export interface MachineLogic {
  readonly id: string;
  transition(snapshot: never, event: never, scope: never): unknown;
  getInitialSnapshot(scope: never, input?: never): unknown;
}

/** What a machine takes. */
export type EventOf<M> = M extends { transition(snapshot: never, event: infer E, scope: never): unknown } ? E : never;

/** The `type` of what a machine takes. */
export type EventTypeOf<M> = EventOf<M> extends { readonly type: infer T } ? T : never;

export type SnapshotOf<M> = M extends { getInitialSnapshot(scope: never, input?: never): infer S } ? S : never;

/**
 * What a machine is started with. xstate declares every input as optional: a machine that declares none takes anything,
 * one that declares some needs it, also where it allows `undefined`.
 */
export type InputOf<M> = unknown extends Given<M> ? unknown : Exclude<Given<M>, undefined>;

type Given<M> = M extends { getInitialSnapshot(scope: never, ...rest: infer R extends unknown[]): unknown }
  ? R[0]
  : never;
