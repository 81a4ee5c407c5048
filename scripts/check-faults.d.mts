/** A row of docs/faults.md. */
export interface FaultRow {
  readonly fault: string;
  readonly where: string;
  /** Its line on the page, from 0. */
  readonly index: number;
}

/** A test file: its path below `test/`, without the extension, and its text. */
export interface TestSource {
  readonly file: string;
  readonly source: string;
}

export function faultsOf(page: string): FaultRow[];
export function titlesIn(source: string): string[];
export function faultsIn(title: string, known: readonly string[]): { faults: string[]; unknown: string | undefined };
export function faultGaps(page: string, sources: readonly TestSource[]): string[];
export function fillFaults(page: string, sources: readonly TestSource[]): string;
export function testSources(): TestSource[];
