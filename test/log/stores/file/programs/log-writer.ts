/**
 * A process that holds a log and reads commands from stdin, one word a line: `append` writes the next record and answers
 * `acked SEQ` or `failed`; `close` ends it. At the start it prints `open` and the entries found, or `refused`; problems are printed
 * as they occur.
 */
import { createInterface } from 'node:readline'
import { createCsvStore, createJsonlStore, type RunRecord } from 'gantry'

const [kind, path] = process.argv.slice(2) as [string, string]
const say = (what: string, more: unknown = ''): boolean =>
  process.stdout.write(`${what} ${JSON.stringify(more)}\n`)
const create = kind === 'csv' ? createCsvStore : createJsonlStore
const store = create(path, { onProblem: ({ message }) => say('problem', message) })

try {
  const seqs = (await store.load()).map(({ seq }) => seq)
  let seq = Math.max(0, ...seqs)
  say('open', seqs)
  for await (const word of createInterface({ input: process.stdin })) {
    if (word === 'close') break
    const record: RunRecord = { seq: ++seq, task: 'a', runId: `a-${seq}`, action: 'success', at: seq }
    try {
      await store.append([record])
      say('acked', seq)
    } catch (problem) {
      say('failed', (problem as Error).message)
      // As the guard does: the same entry is appended again.
      seq--
    }
  }
  await store.close()
  say('closed')
  process.exit()
} catch (problem) {
  say('refused', (problem as Error).message)
}
