/**
 * Where a process is in its life.
 *
 *     fresh ──▶ starting ──▶ running ──▶ exiting ──▶ ended
 *                   └──────────────────────▲
 *
 * From `exiting` on it is not alive: mail is dropped. Between `exiting` and `ended` what it owns is released; then its
 * name is free, and EXIT and DOWN go out.
 */
export const Phase = { fresh: 0, starting: 1, running: 2, exiting: 3, ended: 4 } as const;
export type Phase = (typeof Phase)[keyof typeof Phase];
