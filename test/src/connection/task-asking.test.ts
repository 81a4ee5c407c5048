import { expect, test } from "vitest";
import { isAboutTask } from "../../../src/connection/tasks.js";
import { agreementOn, codecs, loneTasks } from "../../support/lone-tasks.js";

const agreement = agreementOn(codecs.legacy);

test("a call of a tool that needs one asks for a task", () => {
  const { tasks, waiting } = loneTasks(codecs.legacy);
  const pending = waiting({ maxTimeout: 5_000 });

  expect(tasks.askOf(pending, agreement)).toMatchObject({ params: { name: "work", task: { ttl: 5_000 } } });
  expect(pending.isAskedAsTask).toBe(true);
});

test.each([
  ["is none of a tool, but has a name", { method: "prompts/get", params: { name: "work" } }],
  ["has no parameters", { method: "tools/call", params: undefined }],
  ["has a name that is no text", { method: "tools/call", params: { name: 5 } }],
])("a request that %s asks for none", (_, ticket) => {
  const { tasks, waiting } = loneTasks(codecs.legacy);
  const pending = waiting(ticket);

  expect(tasks.askOf(pending, agreement)).toBe(pending.ticket);
  expect(pending.isAskedAsTask).toBe(false);
});

test("what goes out for a task is a poll", () => {
  const { tasks, begun } = loneTasks();
  const { pending } = begun();

  expect(tasks.askOf(pending, agreement)).toEqual({ method: "tasks/get", params: { taskId: "T" }, meta: undefined });
});

test.each([
  ["notifications/tasks", {}, true],
  ["notifications/tasks/status", {}, true],
  ["notifications/tasks", undefined, false],
  ["notifications/progress", {}, false],
])("%s with %j is about a task: %j", (method, params, is) => {
  expect(isAboutTask(method, params)).toBe(is);
});
