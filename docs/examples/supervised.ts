import { drawTree, Runtime, reply, type ServerRef, server } from "caduceus/actors";
import { child, supervisor } from "caduceus/supervisors";

interface Greeter {
  calls: { greet(name: string): string };
}
const greeter = server<Greeter>("greeter")({
  init: () => 0,
  calls: {
    greet: (name, guests) => {
      if (name === "") throw new Error("A guest without a name");
      return reply(`Hello ${name}, you are guest ${guests + 1}`, guests + 1);
    },
  },
  casts: {},
});

await using runtime = new Runtime({ onCrash: ({ process }) => console.log(`${process.label} crashed`) });
const hotel = await runtime.start(
  supervisor("hotel", { children: [child("greeter", greeter, undefined, { name: "greeter" })] }),
);
const greet = (name: string) => (runtime.whereis("greeter") as ServerRef<Greeter>).call("greet", name);

console.log(await greet("Ada"));
await greet("").catch((error: Error) => console.log(error.message));
await hotel.countChildren(); // answered once the supervisor has started the greeter again
console.log(await greet("Bob"));
console.log(drawTree(runtime.tree()));
