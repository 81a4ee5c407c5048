import { noreply, type Process, Runtime, registry, reply, type ServerRef, server } from "caduceus/actors";
import { child, supervisor } from "caduceus/supervisors";

interface Account {
  calls: { balance(): number };
  casts: { deposit(amount: number): void };
}
const account = server<Account>("account")({
  init: (balance: number) => balance,
  calls: { balance: (_, balance) => reply(balance, balance) },
  casts: {
    deposit(amount, balance) {
      if (amount < 0) throw new RangeError("Not a deposit");
      return noreply(balance + amount);
    },
  },
});

await using runtime = new Runtime({ onCrash: ({ process }) => console.log(`${process.label} crashed`) });

// Unique keys are names. A name is a reference, too: whoever has it at the moment is meant.
const accounts = await runtime.start(registry<string, undefined, ServerRef<Account>>("accounts", { keys: "unique" }));
const ada = accounts.via("ada");
const bank = await runtime.start(
  supervisor("bank", { children: [child("ada", account, 100, { name: accounts.via("ada") })] }),
);
ada.cast("deposit", 20);
console.log(await ada.call("balance"));
ada.cast("deposit", -1);
await ada.exited;
await bank.countChildren(); // answered when the account has been started again
console.log(await ada.call("balance")); // the same reference, the next life

// Duplicate keys are topics: any number of processes under each.
const topics = await runtime.start(registry<string, undefined, Process<string>>("topics", { keys: "duplicate" }));
const reader = server<{ info: string }>("reader")({
  init: (topic: string, self) => {
    topics.register(self, topic);
    return topic;
  },
  calls: {},
  casts: {},
  info(message, topic) {
    console.log(`${topic}: ${message}`);
    return noreply(topic);
  },
});
const readers = await Promise.all(["rates", "rates", "weather"].map((topic) => runtime.start(reader, topic)));
topics.dispatch("rates", (entries) => {
  for (const { process } of entries) process.send("up");
});
await Promise.all(readers.map((one) => one.stop())); // a stop comes behind the mail that is there
