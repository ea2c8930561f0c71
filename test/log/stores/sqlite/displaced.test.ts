/** Foreign changes to the files of a SQLite log while it is open: no acknowledged entry is lost. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { nextTurn } from '../../../../src/clock/system-clock.ts'
import type { LogEntry } from '../../../../src/log/entry.ts'
import { resilientStore } from '../../../../src/log/resilience/resilient-store.ts'
import type { LogProblem } from '../../../../src/log/store-problem.ts'
import { findSqlite } from '../../../../src/log/stores/sqlite/driver.ts'
import { createSqliteStore, type SqliteStoreOptions } from '../../../../src/log/stores/sqlite/sqlite-store.ts'
import { newPathsIn, record } from '../../../support/stores/store-laws.ts'

const { folder, newPath } = newPathsIn('sqlite-displaced', 'db')

const seqs = (entries: readonly LogEntry[]) => entries.map(({ seq }) => seq)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** A log in a separate folder, with some entries in the file and some in the WAL. */
async function opened(options: SqliteStoreOptions = {}) {
  const own = newPath()
  mkdirSync(own)
  const path = join(own, 'runs.db')
  const problems: LogProblem[] = []
  const before = createSqliteStore(path)
  await before.append(range(1, 50).map((seq) => record(seq, 'a', 'success', { value: 'x'.repeat(500) })))
  await before.close()
  const store = createSqliteStore(path, { onProblem: (problem) => problems.push(problem), ...options })
  await store.load()
  await store.append(range(51, 60).map((seq) => record(seq, 'a', 'success')))
  return { path, own, store, problems }
}

/** The entries that a start finds after a kill: of the files as they are now. */
async function foundAfterKill(path: string): Promise<number[]> {
  const copy = newPath()
  for (const end of ['', '-wal']) if (existsSync(path + end)) copyFileSync(path + end, copy + end)
  const store = createSqliteStore(copy)
  try {
    return seqs(await store.load())
  } finally {
    await store.close()
  }
}

const others = newPath()
mkdirSync(others)
/** A sound log of another app. */
async function otherLog(): Promise<string> {
  const path = join(others, `other-${readdirSync(others).length}.db`)
  const store = createSqliteStore(path)
  await store.append([record(1, 'other'), record(2, 'other')])
  await store.close()
  return path
}
const other = await otherLog()
afterAll(() => rmSync(others, { recursive: true, force: true }))

const acts: Readonly<Record<string, (path: string) => void>> = {
  'moved away': (path) => renameSync(path, `${path}.elsewhere`),
  deleted: (path) => unlinkSync(path),
  'deleted with its WAL': (path) => {
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
  },
  'without its WAL': (path) => unlinkSync(`${path}-wal`),
  'without its WAL and shared memory': (path) => {
    for (const end of ['-wal', '-shm']) unlinkSync(path + end)
  },
  'without its shared memory': (path) => unlinkSync(`${path}-shm`),
  'emptied in place': (path) => truncateSync(path, 0),
  'replaced by an empty file': (path) => {
    unlinkSync(path)
    writeFileSync(path, '')
  },
  'replaced by something else': (path) => {
    renameSync(path, `${path}.elsewhere`)
    writeFileSync(path, 'not a database')
  },
  'replaced by another log': (path) => {
    copyFileSync(other, `${path}.new`)
    renameSync(`${path}.new`, path)
  },
  'moved with its folder': (path) => renameSync(dirname(path), `${dirname(path)}-elsewhere`),
  'deleted with its folder': (path) => rmSync(dirname(path), { recursive: true }),
  'without its lock': (path) => unlinkSync(`${path}-lock`),
}

describe('createSqliteStore, its file being', () => {
  test.each(Object.entries(acts))(
    '%s: entries acknowledged afterwards are found after a kill',
    async (_, act) => {
      const { path, store, problems } = await opened()
      act(path)
      await store.append([record(61)])
      expect(await foundAfterKill(path)).toEqual(range(1, 61))
      expect(problems).toMatchObject([{ kind: 'displaced', path, message: expect.stringContaining(path) }])
      expect(seqs(await store.load())).toEqual(range(1, 61))
      await store.append([record(62)])
      await store.close()
      const again = createSqliteStore(path)
      expect(seqs(await again.load())).toEqual(range(1, 62))
      await again.close()
    },
  )

  test.each(Object.entries(acts))('%s while it is idle: check restores it', async (_, act) => {
    const { path, store, problems } = await opened()
    act(path)
    store.check!()
    expect(problems).toHaveLength(1)
    expect(await foundAfterKill(path)).toEqual(range(1, 60))
    store.check!()
    expect(problems).toHaveLength(1)
    await store.close()
  })

  test.each(Object.entries(acts))('%s before it is closed: the close restores it', async (_, act) => {
    const { path, store, problems } = await opened()
    act(path)
    await store.close()
    expect(problems).toHaveLength(1)
    const again = createSqliteStore(path)
    expect(seqs(await again.load())).toEqual(range(1, 60))
    await again.close()
  })

  test('replaced: the file found there is kept and reported', async () => {
    const { path, store, problems } = await opened()
    acts['replaced by another log']!(path)
    await store.append([record(61)])
    const { movedTo } = problems[0]!
    const kept = createSqliteStore(movedTo!)
    expect(seqs(await kept.load())).toEqual([1, 2])
    await kept.close()
    await store.close()
  })

  test('overwritten by another log: refused as damage, or rescued on request', async () => {
    const { path, store } = await opened()
    copyFileSync(other, path)
    await Promise.resolve(store.append([record(61)])).catch((problem: unknown) =>
      expect(problem).toMatchObject({ code: 'GANTRY_RUN_LOG' }),
    )
    await Promise.resolve(store.close()).catch(() => {})
  })

  test('only touched: nothing is reported and nothing is moved', async () => {
    const { path, own, store, problems } = await opened()
    const { ino } = statSync(path)
    utimesSync(path, 1, 1)
    await store.append([record(61)])
    expect(problems).toEqual([])
    expect(statSync(path).ino).toBe(ino)
    expect(readdirSync(own).filter((name) => name.includes('damaged'))).toEqual([])
    await store.close()
  })

  test('reached by a link that is changed to lead elsewhere: the log follows the link', async () => {
    const { path: real, own, store: first } = await opened()
    await first.close()
    const link = join(folder, 'link.db')
    symlinkSync(real, link)
    const store = createSqliteStore(link, { onProblem: () => {} })
    await store.load()
    rmSync(link)
    symlinkSync(join(own, 'new.db'), link)
    await store.append([record(61)])
    expect(await foundAfterKill(join(own, 'new.db'))).toEqual(range(1, 61))
    await store.close()
  })

  test('not restorable: the guard is degraded, also while idle, and recovers by itself', async () => {
    const { path, own, store } = await opened()
    const states: string[] = []
    const guard = resilientStore(store, { retryMs: 1, onHealth: ({ state }) => states.push(state) })
    renameSync(own, `${own}-elsewhere`)
    // A file in place of the folder.
    writeFileSync(own, '')
    guard.beat(0)
    while (states.length === 0) await nextTurn()
    const appended = Promise.resolve(guard.append([record(61)]))
    await nextTurn()
    expect(guard.health).toMatchObject({ state: 'degraded', waiting: 1 })
    rmSync(own)
    await appended
    expect(await foundAfterKill(path)).toEqual(range(1, 61))
    await guard.close()
    expect(states).toEqual(['degraded', 'ok'])
  })

  test('cut in the middle, with too much to be cached: refused, or rescued on request', async () => {
    for (const onDamage of ['refuse', 'rescue'] as const) {
      const problems: LogProblem[] = []
      const path = newPath()
      const before = createSqliteStore(path)
      for (let seq = 1; seq <= 6_000; seq += 500)
        await before.append(
          range(seq, seq + 499).map((n) => record(n, 'a', 'success', { value: 'x'.repeat(5_000) })),
        )
      await before.close()
      const store = createSqliteStore(path, { onDamage, onProblem: (problem) => problems.push(problem) })
      await store.load({ perAction: 1, total: 1, leastPerAction: 1 })
      truncateSync(path, statSync(path).size / 2)
      const append = Promise.resolve(store.append([record(7_000)]))
      if (onDamage === 'refuse') {
        await expect(append).rejects.toMatchObject({
          code: 'GANTRY_RUN_LOG',
          message: expect.stringMatching(/was cut short by another program/),
        })
        await Promise.resolve(store.close()).catch(() => {})
        continue
      }
      await append
      expect(problems).toMatchObject([{ kind: 'displaced', movedTo: expect.stringMatching(/damaged-1$/) }])
      const found = await foundAfterKill(path)
      expect(found).toContain(7_000)
      expect(found.length).toBeGreaterThan(1_000)
      await store.close()
    }
  }, 60_000)

  // An emptied file keeps only cached pages, which are few right after a restore.
  const names = Object.keys(acts).filter((name) => name !== 'emptied in place')
  test.each(range(1, 20))('harmed at random (%i): acknowledged records are found', async (seed) => {
    const { path, store } = await opened()
    let acknowledged = 60
    let state = seed
    const next = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below
    for (let n = 0; n < 4; n++) {
      try {
        acts[names[next(names.length)]!]!(path)
      } catch {
        // The file was gone already.
      }
      await store.append([record(acknowledged + 1)])
      acknowledged += 1
    }
    expect(await foundAfterKill(path)).toEqual(range(1, acknowledged))
    await store.close()
  })
})

test('a log is found by SQLite tools while it is open', async () => {
  const { path, store } = await opened()
  const reader = findSqlite()(path)
  expect(reader.prepare('SELECT count(*) AS n FROM record').all()).toMatchObject([{ n: 60 }])
  expect(() => reader.exec('DELETE FROM record')).toThrow(/locked/)
  reader.close()
  await store.close()
})
