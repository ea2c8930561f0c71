/** Each fault in each method of each store. */
import { expect, test } from '@jest/globals'
import type { LogEntry } from '../../../src/log/entry.ts'
import { resilientStore } from '../../../src/log/resilience/resilient-store.ts'
import type { LogProblem } from '../../../src/log/store-problem.ts'
import { createCsvStore } from '../../../src/log/stores/formats/csv.ts'
import { createJsonlStore } from '../../../src/log/stores/formats/jsonl.ts'
import { createMemoryStore } from '../../../src/log/stores/memory.ts'
import { createSqliteStore } from '../../../src/log/stores/sqlite/sqlite-store.ts'
import { describeFaults } from '../../support/stores/fault-matrix.ts'
import { newPathsIn, record } from '../../support/stores/store-laws.ts'

const { newPath } = newPathsIn('faults', 'log')

describeFaults('createMemoryStore', { create: () => createMemoryStore() })
describeFaults('createJsonlStore', { create: () => createJsonlStore(newPath()) })
describeFaults('createCsvStore', { create: () => createCsvStore(newPath()) })
describeFaults('createSqliteStore', { create: () => createSqliteStore(newPath()) })

test('resilientStore leaves out invalid entries, and reports them once', async () => {
  const store = createMemoryStore()
  const bad = [
    { ...record(2), action: 'skip' },
    { ...record(3), seq: 'three' },
    null,
    { ...record(5), at: Number.NaN },
  ] as unknown as LogEntry[]
  store.append([record(1)])
  store.load = () => [record(1), ...bad, record(6)]
  const problems: LogProblem[] = []
  const guard = resilientStore(store, { onProblem: (problem) => problems.push(problem) })
  expect(await guard.load()).toEqual([record(1), record(6)])
  expect(await guard.load()).toHaveLength(2)
  expect(problems).toMatchObject([
    {
      kind: 'bad entry',
      message: expect.stringMatching(/holds 4 invalid entries.* action must be one of .*: skip/),
    },
  ])
})
