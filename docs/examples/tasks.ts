import { Runtime, reply, server, Task } from "caduceus/actors";
import { taskSupervisor } from "caduceus/supervisors";

/** Any work that takes its time, may fail, and heeds a signal. */
async function pagesOf(book: string, signal: AbortSignal): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
  if (book === "lost") throw new Error("No such book");
  return book.length * 100;
}

await using runtime = new Runtime({ onCrash: ({ process }) => console.log(`the ${process.label} crashed`) });

// Outside of every process a task is the runtime's.
console.log(await Task.run(runtime, (signal) => pagesOf("Iliad", signal)).await());

const tasks = await runtime.start(taskSupervisor("tasks", { maxChildren: 10 }));
interface Library {
  calls: { both(books: readonly [string, string]): number; either(book: string): string };
}
const library = server<Library>("library")({
  init: () => undefined,
  calls: {
    // Linked: should one of them fail, so do the library and the other one.
    async both([first, second], state, self) {
      const one = Task.async(self, (signal) => pagesOf(first, signal));
      const other = Task.async(self, (signal) => pagesOf(second, signal));
      return reply((await one.await()) + (await other.await()), state);
    },
    // Not linked: that it failed, or took too long, is an outcome like any other.
    async either(book, state, self) {
      const task = await tasks.asyncNolink(self, (signal) => pagesOf(book, signal), { label: `search for ${book}` });
      const outcome = (await task.yield(1_000)) ?? (await task.shutdown());
      return reply(outcome?.status === "ok" ? `${outcome.value} pages` : "not found", state);
    },
  },
  casts: {},
});
const ref = await runtime.start(library);
console.log(await ref.call("both", ["Iliad", "Odyssey"]));
console.log(await ref.call("either", "lost"));
