/** For tests of what only root can do: without it they fail and say so, rather than pass unseen. */
export function needRoot(): void {
  if (process.getuid?.() !== 0)
    throw new Error('This test needs root, because it gives files and processes to other users; run it as root');
}

/** Runs `act` as the user "nobody", so that permissions count; root ignores them. Other users run it as they are. */
export async function asNobody<Value>(act: () => Promise<Value>): Promise<Value> {
  if (process.getuid?.() !== 0) return await act();
  process.seteuid?.('nobody');
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
  }
}
