import { describe, expect, test } from "vitest";
import { createActor, type SnapshotFrom } from "xstate";
import { getShortestPaths, getSimplePaths } from "xstate/graph";
import { lifecycle } from "../../../src/connection/lifecycle.js";

const none = () => undefined;
const names = [
  "openTransport",
  "shakeHands",
  "dropTransport",
  "openOutbox",
  "closeOutbox",
  "failWaiting",
  "forgiveFailures",
] as const;
const machine = lifecycle.provide({ actions: Object.fromEntries(names.map((name) => [name, none])) });

type Snapshot = SnapshotFrom<typeof machine>;
type Heard = { readonly type: string };

/** `link / service`, or `closed`. */
function nameOf({ value }: Snapshot): string {
  return typeof value === "string" ? value : `${value.open.link} / ${value.open.service}`;
}

/** What a transport, a handshake and the clock can bring about in a state: an answer needs a handshake. */
function possible(snapshot: Snapshot): Heard[] {
  if (typeof snapshot.value === "string") return [];
  const { link, service } = snapshot.value.open;
  const byLink: Record<string, string[]> = {
    opening: ["opened", "lost", "handshakeLimit"],
    shakingHands: ["agreed", "refused", "lost", "unprobed", "handshakeLimit"],
    dropping: ["lost"],
    ready: ["lost", "contradicted", "resetAfter"],
    backingOff: ["backoff"],
  };
  const delays = new Set(["handshakeLimit", "resetAfter", "backoff"]);
  const events = (byLink[link] ?? []).map((type) =>
    delays.has(type) ? `xstate.after.${type}.connection.open.link.${link}` : type,
  );
  if (service === "starting" || service === "reconnecting") {
    events.push(`xstate.after.downAfter.connection.open.service.${service}`);
  }
  return [...events, "close"].map((type) => ({ type }));
}

const options = { events: possible as never, serializeState: nameOf as never };
const shortest = getShortestPaths(machine, options);
const states = shortest.map(({ state }) => nameOf(state as Snapshot));

describe("the lifecycle", () => {
  test("has these states, and a path to each", () => {
    const links = ["opening", "shakingHands", "dropping", "backingOff"];
    const waiting = ["starting", "reconnecting", "down"].flatMap((service) =>
      links.map((link) => `${link} / ${service}`),
    );

    expect(new Set(states)).toEqual(new Set([...waiting, "ready / ready", "closed"]));
  });

  test("is ready for the user exactly when the link is", () => {
    for (const name of states) {
      const [link, service] = name.split(" / ");
      expect(service === "ready", name).toBe(link === "ready");
    }
  });

  test("every state but the end leads on: to ready, and to closed", () => {
    for (const { state } of shortest) {
      const from = state as Snapshot;
      if (nameOf(from) === "closed") continue;
      const reached = getShortestPaths(machine, { ...options, fromState: from }).map((path) =>
        nameOf(path.state as Snapshot),
      );
      expect(reached, nameOf(from)).toContain("ready / ready");
      expect(reached, nameOf(from)).toContain("closed");
    }
  });

  test("a transport that is spent leaves the service down for good, wherever it was; only `close` leads on", () => {
    for (const { state } of shortest) {
      const from = state as Snapshot;
      const link = nameOf(from).split(" / ")[0];
      if (!["opening", "shakingHands", "dropping", "ready"].includes(link ?? "")) continue;
      const actor = createActor(machine, { snapshot: from as never }).start();
      actor.send({ type: "spent" });
      expect(nameOf(actor.getSnapshot()), nameOf(from)).toBe("spent / down");
      actor.send({ type: "opened" });
      actor.send({ type: "agreed" });
      actor.send({ type: "close" });
      expect(nameOf(actor.getSnapshot())).toBe("closed");
      actor.stop();
    }
  });

  test("`close` ends it from everywhere, and nothing leads out of the end", () => {
    for (const { state } of shortest) {
      const from = state as Snapshot;
      if (nameOf(from) === "closed") expect(from.status).toBe("done");
      else expect(possible(from).map(({ type }) => type)).toContain("close");
    }
  });

  test("on every path without a detour the actions come in their order", { timeout: 20_000 }, () => {
    const order: Record<string, RegExp> = {
      // An outbox that is opened is closed before it is opened again; no hands are shaken without a transport.
      openOutbox: /shakeHands$/,
      shakeHands: /openTransport$/,
      closeOutbox: /openOutbox( forgiveFailures)*$/,
    };
    const paths = getSimplePaths(machine, options);
    expect(paths.length).toBeGreaterThan(50);
    for (const path of paths) {
      const log = actionsOf(path.steps.map(({ event }) => event as Heard));
      log.forEach((name, index) => {
        const before = log
          .slice(0, index)
          .filter((each) => each !== "failWaiting" && each !== "dropTransport")
          .join(" ");
        const expected = order[name];
        if (expected !== undefined) expect(before, `${before} then ${name}`).toMatch(expected);
      });
    }
  });

  test("waiting operations fail once each time it goes down", () => {
    const down = "xstate.after.downAfter.connection.open.service.starting";
    const log = actionsOf([
      { type: down },
      { type: "lost" },
      { type: "xstate.after.backoff.connection.open.link.backingOff" },
    ]);

    expect(log).toEqual(["openTransport", "failWaiting", "openTransport"]);
  });

  test("its own actions are the connection's to provide", () => {
    expect(() => {
      for (const name of names) {
        const implementation = lifecycle.implementations.actions[name];
        if (typeof implementation === "function") (implementation as () => void)();
      }
    }).toThrow("to provide");
  });
});

/** The actions that a series of events leads to. */
function actionsOf(events: readonly Heard[]): string[] {
  const log: string[] = [];
  const logging = lifecycle.provide({
    actions: Object.fromEntries(names.map((name) => [name, () => void log.push(name)])),
  });
  const actor = createActor(logging, { clock: { setTimeout: none, clearTimeout: none } as never });
  actor.start();
  for (const event of events) actor.send(event as never);
  return log;
}
