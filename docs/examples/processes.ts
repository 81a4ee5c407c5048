import { describeExit, failure, Runtime, server, stop, VirtualClock } from "caduceus/actors";

// Owns something, works for a second, and fails.
const worker = server<{ info: "full" }>("worker")({
  init(_: undefined, self) {
    self.own(() => console.log("worker: the file is closed"));
    self.sendAfter(1_000, "full");
  },
  calls: {},
  casts: {},
  info: (_, state) => stop(failure(new Error("The disk is full")), state),
});

// Linked to the worker. It traps exit signals: they are mail to it, and not its end.
const boss = server("boss")({
  init(_: undefined, self) {
    self.trapExit = true;
    self.spawnLink(worker);
  },
  calls: {},
  casts: {},
  info(message, state) {
    console.log(`boss: ${message.type} of the ${message.process?.label}, ${describeExit(message.reason)}`);
    return stop("shutdown", state);
  },
});

// Linked to nobody. It asks to be told of an end.
const reporter = server("reporter")({
  async init(_: undefined, self) {
    self.monitor(await self.runtime.start(boss));
  },
  calls: {},
  casts: {},
  info(message, state) {
    console.log(`reporter: ${message.type} of the ${message.process?.label}, ${describeExit(message.reason)}`);
    return stop("normal", state);
  },
});

const clock = new VirtualClock();
await using runtime = new Runtime({
  clock,
  onCrash: ({ process }) => console.log(`report: the ${process.label} crashed`),
});
const { exited } = await runtime.start(reporter);
await clock.advance(1_000); // a second passes at once
console.log(`at last: ${await exited}`);
