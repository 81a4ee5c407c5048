import { describe, expectTypeOf, test } from "vitest";
import { type Definition, type Process, reply, type ServerRef, server } from "../../actors/index.js";
import {
  type ChildOptions,
  type ChildSpec,
  child,
  type DynamicSupervisorRef,
  dynamicSupervisor,
  type PartialChildSpec,
  partialChild,
  type StartChildResult,
  type SupervisorRef,
  supervisor,
} from "../../supervisors/index.js";

interface Counter {
  calls: { next(): number };
}

const counter = server<Counter>("counter")({
  init: (start: number) => start,
  calls: { next: (_, n) => reply(n, n + 1) },
  casts: {},
});
const idle = server<Record<never, never>>("idle")({ init: () => undefined, calls: {}, casts: {} });
const session = server<Counter>("session")({
  init: ([base, start]: readonly [base: number, start: string]) => base + start.length,
  calls: { next: (_, n) => reply(n, n + 1) },
  casts: {},
});

/** Only compiled. */
function compiled(_: () => unknown): void {}

describe("types of child specs", () => {
  test("the argument is the definition's", () => {
    compiled(() => child("a", counter, 1));
    compiled(() => child("a", idle));
    compiled(() => child("a", idle, undefined, { restart: "temporary" }));
    // @ts-expect-error: needs its argument
    compiled(() => child("a", counter));
    // @ts-expect-error: needs a number
    compiled(() => child("a", counter, "1"));
    // @ts-expect-error: takes no argument
    compiled(() => child("a", idle, 1));
    // @ts-expect-error: the id is a string
    compiled(() => child(1, idle));
    // @ts-expect-error: that is no definition
    compiled(() => child("a", () => idle));
  });

  test("options that mean nothing do not compile", () => {
    // @ts-expect-error: no such restart
    compiled(() => child("a", counter, 1, { restart: "always" }));
    // @ts-expect-error: no such shutdown
    compiled(() => child("a", counter, 1, { shutdown: "brutal" }));
    // @ts-expect-error: no such type
    compiled(() => child("a", counter, 1, { type: "manager" }));
    // @ts-expect-error: no such option
    compiled(() => child("a", counter, 1, { timeout: 5 }));
  });

  test("S11 a permanent child cannot be significant", () => {
    compiled(() => child("a", counter, 1, { restart: "transient", significant: true }));
    compiled(() => child("a", counter, 1, { significant: false }));
    // @ts-expect-error: permanent is the default
    compiled(() => child("a", counter, 1, { significant: true }));
    // @ts-expect-error: and so when it is said
    compiled(() => child("a", counter, 1, { restart: "permanent", significant: true }));
  });

  test("S11 significant children need an autoShutdown that heeds them", () => {
    const plain = child("a", counter, 1, { restart: "transient" });
    const significant = child("a", counter, 1, { restart: "transient", significant: true });
    expectTypeOf(plain).toEqualTypeOf<ChildSpec<ServerRef<Counter>, false>>();
    expectTypeOf(significant).toEqualTypeOf<ChildSpec<ServerRef<Counter>, true>>();
    expectTypeOf(child("a", counter, 1, {} as ChildOptions)).toEqualTypeOf<ChildSpec<ServerRef<Counter>, boolean>>();
    compiled(() => supervisor("s", { autoShutdown: "any_significant", children: [plain, significant] }));
    compiled(() => supervisor("s", { autoShutdown: "never", children: [plain] }));
    // @ts-expect-error: never is the default
    compiled(() => supervisor("s", { children: [plain, significant] }));
    // @ts-expect-error: and so when it is said
    compiled(() => supervisor("s", { autoShutdown: "never", children: [significant] }));
    // @ts-expect-error: D1 nor under a dynamic supervisor
    compiled((): unknown => (({}) as DynamicSupervisorRef).startChild(significant));
  });

  test("options of supervisors", () => {
    compiled(() => supervisor("s", { strategy: "rest_for_one", intensity: { within: 1 }, children: [] }));
    // @ts-expect-error: no such strategy
    compiled(() => supervisor("s", { strategy: "simple_one_for_one", children: [] }));
    // @ts-expect-error: a supervisor has children, a dynamic one need not
    compiled(() => supervisor("s", { strategy: "one_for_one" }));
    // @ts-expect-error: D1 a dynamic supervisor has no strategy
    compiled(() => dynamicSupervisor("s", { strategy: "one_for_one" }));
    // @ts-expect-error: nor children to begin with
    compiled(() => dynamicSupervisor("s", { children: [] }));
  });

  test("a supervisor is a definition like any other, its argument is its function's", () => {
    const fixed = supervisor("s", { children: [] });
    const made = supervisor("s", (count: number) => ({ children: [child("a", counter, count)] }));
    expectTypeOf(fixed).toEqualTypeOf<Definition<undefined, SupervisorRef>>();
    expectTypeOf(made).toEqualTypeOf<Definition<number, SupervisorRef>>();
    compiled(() => supervisor("outer", { children: [child("fixed", fixed), child("made", made, 3)] }));
    // @ts-expect-error: needs its argument
    compiled(() => child("made", made));
  });

  test("startChild gives the definition's reference", () => {
    const ref = {} as SupervisorRef;
    const start = () => ref.startChild(child("a", counter, 1));
    expectTypeOf<Awaited<ReturnType<typeof start>>>().toEqualTypeOf<StartChildResult<ServerRef<Counter>>>();
    const restart = () => ref.startChild(child("s", supervisor("s", { children: [] })));
    expectTypeOf<Awaited<ReturnType<typeof restart>>>().toEqualTypeOf<StartChildResult<SupervisorRef>>();
    // @ts-expect-error: S12 by id
    compiled(() => ref.terminateChild({} as Process));
    // @ts-expect-error: D1 by process
    compiled(() => (({}) as DynamicSupervisorRef).terminateChild("a"));
    // @ts-expect-error: nothing can be sent to a supervisor
    compiled(() => ref.send("hello"));
  });

  test("D3 extra arguments are typed", () => {
    type Ref = DynamicSupervisorRef<readonly [number]>;
    const dynamic = dynamicSupervisor("s", { extraArguments: [7 as number] });
    expectTypeOf(dynamic).toEqualTypeOf<Definition<undefined, Ref>>();
    expectTypeOf(partialChild("a", session, "x")).toEqualTypeOf<
      PartialChildSpec<readonly [number], ServerRef<Counter>>
    >();
    compiled(() => (({}) as Ref).startChild(partialChild("a", session, "x")));
    // @ts-expect-error: the last argument is a string
    compiled(() => partialChild("a", session, 7));
    // @ts-expect-error: the supervisor gives it a number
    compiled(() => (({}) as DynamicSupervisorRef<readonly [string]>).startChild(partialChild("a", session, "x")));
    // @ts-expect-error: the supervisor gives it nothing
    compiled(() => (({}) as DynamicSupervisorRef).startChild(partialChild("a", session, "x")));
    // @ts-expect-error: a plain supervisor gives nothing either
    compiled(() => supervisor("s", { children: [partialChild("a", session, "x")] }));
  });
});
