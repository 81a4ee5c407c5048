import { expect, test } from "vitest";
import { printed } from "./printed.js";

test("embedded.ts has clients under a supervisor of its own, found by name", async () => {
  expect(await printed("embedded")).toEqual([
    "[ { type: 'text', text: 'mail' } ]",
    "undefined",
    "servers (supervisor)",
    "└─ client files (supervisor)",
    "   └─ connection · state ready · incarnation 1 · waiting 0 · inFlight 0",
    "      └─ transport #1",
  ]);
});
