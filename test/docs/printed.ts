import { format } from "node:util";
import { vi } from "vitest";

/** Runs an example and returns the lines it printed. Call it once per example: a module runs only once. */
export async function printed(example: string): Promise<string[]> {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...parts) => {
    lines.push(...format(...parts).split("\n"));
  });
  await import(`../../docs/examples/${example}.ts`);
  log.mockRestore();
  return lines;
}
