/** A log whose write is answered by its stdin: the answer comes while this process is stopped. Prints what it reports. */
import { createMemoryStore, guardStore, type RunRecord } from 'gantry'

const memory = createMemoryStore()
const answered = new Promise<void>((resolve) => process.stdin.once('data', () => resolve()))
const guard = guardStore(
  Object.assign(memory, { append: () => answered }),
  // A tenth of it is a step of the limit: the process is stopped for longer than the whole.
  { slowAfterMs: 1000, onHealth: ({ state, reason }) => console.log(state, reason?.message) },
)
const written = guard.append([{ seq: 1, task: 'a', action: 'run', runId: 'x' } as unknown as RunRecord])
console.log('writes')
await written
// Timers that are due by now are called before this.
await new Promise((resolve) => setTimeout(resolve, 1))
console.log('written')
process.stdin.destroy()
