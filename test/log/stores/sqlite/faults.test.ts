/** A SQLite library whose n-th call fails, for every n: no acknowledged entry is lost. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import type { LogEntry } from '../../../../src/log/entry.ts'
import { resilientStore } from '../../../../src/log/resilience/resilient-store.ts'
import { findSqlite, type OpenSqlite } from '../../../../src/log/stores/sqlite/driver.ts'
import { createSqliteStore } from '../../../../src/log/stores/sqlite/sqlite-store.ts'
import { filesRoot, record } from '../../../support/stores/store-laws.ts'

const folder = mkdtempSync(join(filesRoot, 'gantry-sqlite-faults-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const seqs = (entries: readonly LogEntry[]) => entries.map((entry) => entry.seq)

/** The library, with an n-th call that fails like a read error of the disk, before it has any effect. */
function failingAt(n: number): { open: OpenSqlite; calls: () => number } {
  let calls = 0
  const count = (): void => {
    if (++calls === n) throw Object.assign(new Error('disk I/O error'), { rawCode: 10, errcode: 10 })
  }
  const open: OpenSqlite = (path) => {
    count()
    const db = findSqlite()(path)
    return {
      library: db.library,
      exec: (sql) => {
        count()
        db.exec(sql)
      },
      prepare: (sql) => {
        count()
        const statement = db.prepare(sql)
        return {
          run: (...values) => {
            count()
            return statement.run(...values)
          },
          all: (...values) => {
            count()
            return statement.all(...values)
          },
        }
      },
      // Closing must work, or the file stays locked for the test itself.
      close: () => db.close(),
    }
  }
  return { open, calls: () => calls }
}

/** The operations of a session on its store; returns the acknowledged entries and the errors. */
async function use(path: string, library: OpenSqlite) {
  const problems: unknown[] = []
  const acknowledged: number[] = []
  const attempt = async (act: () => unknown): Promise<void> => {
    try {
      await act()
    } catch (problem) {
      problems.push(problem)
    }
  }
  const store = createSqliteStore(path, { library, onProblem: (problem) => problems.push(problem) })
  await attempt(() => store.load({ perAction: 10, total: 100, leastPerAction: 1 }))
  for (let seq = 10; seq < 20; seq += 2)
    await attempt(async () => {
      await store.append([record(seq, 'a', 'run'), record(seq + 1, 'a', 'success', { runId: `a-${seq}` })])
      acknowledged.push(seq, seq + 1)
    })
  await attempt(() => store.query({ task: 'a', limit: 3 }))
  await attempt(() => store.count!({}))
  await attempt(() => store.prune({ maxPerTask: 100 }, 0))
  await attempt(() => store.close())
  return { problems, acknowledged }
}

test('createSqliteStore: a call that fails is a RunLogError, and acknowledged entries are kept', async () => {
  const none = failingAt(Infinity)
  const whole = join(folder, 'whole.db')
  expect(await use(whole, none.open)).toMatchObject({ problems: [] })
  for (let n = 1; n <= none.calls(); n++) {
    const path = join(folder, `fault-${n}.db`)
    const { problems, acknowledged } = await use(path, failingAt(n).open)
    for (const problem of problems)
      expect(problem).toMatchObject({ code: 'GANTRY_RUN_LOG', message: expect.stringContaining(path) })
    const again = createSqliteStore(path)
    expect(seqs(await again.load())).toEqual(acknowledged)
    await again.append([record(100)])
    await again.close()
  }
}, 60_000)

test('resilientStore over it: once opened, every append is written once and in order, whichever call fails', async () => {
  for (let n = 20; n <= 90; n++) {
    const path = join(folder, `guarded-${n}.db`)
    const guard = resilientStore(createSqliteStore(path, { library: failingAt(n).open }), { retryMs: 1 })
    try {
      await guard.load()
    } catch {
      continue
    }
    const appends = Array.from({ length: 20 }, (_, i) => guard.append([record(i + 1, 'a', 'success')]))
    await Promise.all(appends)
    await guard.close()
    const again = createSqliteStore(path)
    expect(seqs(await again.load())).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    await again.close()
  }
}, 60_000)
