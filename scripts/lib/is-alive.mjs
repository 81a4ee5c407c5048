/** Whether a process with this pid is there: signal 0 only looks. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
