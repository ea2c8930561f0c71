/** A process that holds a SQLite log: it opens the log, appends records on request, and prints each result on a line. */
import { createInterface } from 'node:readline'
import type { RunRecord } from '../../../../src/log/entry.ts'
import { createSqliteStore } from '../../../../src/log/stores/sqlite/sqlite-store.ts'

const record = (seq: number): RunRecord => ({
  seq,
  task: 'held',
  runId: `held-${seq}`,
  action: 'run',
  at: seq,
})
const store = createSqliteStore(process.argv[2]!, {
  onProblem: ({ message }) => console.log(`problem ${message}`),
})

async function attempt(act: () => unknown, done: string): Promise<void> {
  try {
    await act()
    console.log(done)
  } catch (problem) {
    console.log(`refused ${(problem as Error).message}`)
  }
}

await attempt(() => store.load(), 'open')
for await (const line of createInterface({ input: process.stdin })) {
  const [act, seq] = line.split(' ')
  if (act === 'append') await attempt(() => store.append([record(Number(seq))]), `acknowledged ${seq}`)
  if (act === 'prune') await attempt(() => store.prune({ maxPerTask: 1 }, 0), 'pruned')
  if (act === 'close') {
    await attempt(() => store.close(), 'closed')
    break
  }
}
