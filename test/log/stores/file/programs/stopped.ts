/** A log whose write is answered by stdin: the answer arrives while this process is stopped. Prints health reports. */
import { createMemoryStore, type RunRecord, resilientStore } from 'gantry'

const memory = createMemoryStore()
const answered = new Promise<void>((resolve) => process.stdin.once('data', () => resolve()))
const guard = resilientStore(
  Object.assign(memory, { append: () => answered }),
  // The limit runs in steps of a tenth of it: the process is stopped for longer than the whole.
  { slowAfterMs: 1000, onHealth: ({ state, reason }) => console.log(state, reason?.message) },
)
const written = guard.append([{ seq: 1, task: 'a', action: 'run', runId: 'x' } as unknown as RunRecord])
console.log('writes')
await written
// Due timers are called before this.
await new Promise((resolve) => setTimeout(resolve, 1))
console.log('written')
process.stdin.destroy()
