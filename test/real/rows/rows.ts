/** What carries a client's messages in these tests: a real child process's pipes, or a real server's sockets. */
export const wires = ["stdio", "http"] as const;
export type Wire = (typeof wires)[number];

/** Which wires a row is tested over, and why not over the other, where that is so. */
interface Row {
  readonly wires: readonly Wire[];
  readonly because?: string;
}

const both: Row = { wires };

/** Every row of the comparison with other clients that is about the client itself, by its id. */
export const rows: Readonly<Record<string, Row>> = {
  M1: both,
  M2: both,
  M3: both,
  M4: both,
  M5: both,
  M6: both,
  M7: both,
  M8: both,
  M9: both,
  M10: both,
  M11: both,
  M12: both,
  M13: both,
  M14: both,
  M15: both,
  M16: both,
  M17: both,
  M18: both,
  M19: both,
  M20: both,
  M21: both,
  M22: both,
  M23: { wires: ["stdio"], because: "it is about processes, their pipes and their ends" },
  M24: { wires: ["http"], because: "it is about HTTP's answers, headers, sessions and streams" },
  M25: both,
  M30: both,
  M31: both,
};
