/** Conditions of the file of a SQLite log: other writers, other contents, no room, no permission, damage. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { isAction } from '../../../../machines/protocol.ts'
import { isNote, type LogEntry, type RunRecord } from '../../../../src/log/entry.ts'
import { resilientStore } from '../../../../src/log/resilience/resilient-store.ts'
import type { LogProblem } from '../../../../src/log/store-problem.ts'
import { findSqlite, type OpenSqlite } from '../../../../src/log/stores/sqlite/driver.ts'
import { createSqliteStore, type SqliteStoreOptions } from '../../../../src/log/stores/sqlite/sqlite-store.ts'
import { newPathsIn, note, record } from '../../../support/stores/store-laws.ts'

const { folder, newPath } = newPathsIn('sqlite-file', 'db')

const code = 'GANTRY_RUN_LOG'
const refusal = (message: RegExp) => ({ code, message: expect.stringMatching(message) })

async function written(entries: readonly LogEntry[]): Promise<string> {
  const path = newPath()
  const store = createSqliteStore(path)
  await store.append(entries)
  await store.close()
  return path
}

async function reading(path: string, options: SqliteStoreOptions = {}): Promise<readonly LogEntry[]> {
  const store = createSqliteStore(path, options)
  try {
    return await store.load()
  } finally {
    await store.close()
  }
}

/** Runs SQL in a file that no store has open. */
function sql(path: string, text: string): void {
  const db = findSqlite()(path)
  db.exec(text)
  db.prepare('PRAGMA journal_mode = DELETE').all()
  db.close()
}

const seqs = (entries: readonly LogEntry[]) => entries.map((entry) => entry.seq)

describe('createSqliteStore has one writer', () => {
  test('a second store of this process is refused with the process named, and may open once the first is closed', async () => {
    const path = newPath()
    const first = createSqliteStore(path)
    await first.load()
    const link = join(folder, 'linked')
    symlinkSync(folder, link)
    await expect(reading(join(link, path.slice(folder.length)))).rejects.toMatchObject(
      refusal(/one session at a time may write it: this process on/),
    )
    await first.append([record(1)])
    await first.close()
    expect(seqs(await reading(path))).toEqual([1])
  })

  test('another process is refused by pid and host, and taken over the moment it is killed, with its last heartbeat', async () => {
    const path = await written([record(1)])
    const libsql = createRequire(import.meta.url).resolve('libsql')
    const script = `
      const db = new (require(${JSON.stringify(libsql)}))(${JSON.stringify(path)})
      db.exec('PRAGMA locking_mode = EXCLUSIVE'); db.prepare('PRAGMA journal_mode = WAL').all()
      db.exec('BEGIN IMMEDIATE; PRAGMA user_version = 1; COMMIT')
      console.log('open'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    const owner = { pid: child.pid, host: 'elsewhere', born: null, token: 'x' }
    writeFileSync(`${path}.lock`, JSON.stringify(owner))
    await expect(reading(path)).rejects.toMatchObject(
      refusal(new RegExp(`process ${child.pid} on elsewhere does`)),
    )
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    // Its lock file names another machine, like that of a container that no longer exists.
    const store = createSqliteStore(path)
    expect(seqs(await store.load())).toEqual([1])
    expect(store.lastBeat!()).toEqual(expect.any(Number))
    expect(JSON.parse(readFileSync(`${path}.lock`, 'utf8'))).toMatchObject({
      pid: process.pid,
      host: hostname(),
    })
    await store.close()
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  test('beat and lastBeat: a closed store leaves no heartbeat behind', async () => {
    const path = await written([record(1)])
    const store = createSqliteStore(path)
    await store.load()
    expect(store.lastBeat!()).toBeNull()
    store.beat!(1_774_742_400_000)
    expect(statSync(`${path}.lock`).mtimeMs).toBe(1_774_742_400_000)
    await store.close()
    await store.load()
    expect(store.lastBeat!()).toBeNull()
    await store.close()
  })
})

describe('createSqliteStore refuses with a RunLogError', () => {
  test('a file of another kind, which it leaves unchanged', async () => {
    const path = newPath()
    writeFileSync(path, 'a,b\n1,2\n')
    await expect(reading(path)).rejects.toMatchObject(
      refusal(/must be a SQLite file: it holds something else/),
    )
    expect(readFileSync(path, 'utf8')).toBe('a,b\n1,2\n')
  })

  test('a database of another application, which it leaves unchanged', async () => {
    const path = newPath()
    sql(path, 'CREATE TABLE person (name TEXT)')
    const before = readFileSync(path)
    await expect(reading(path)).rejects.toMatchObject(refusal(/it is a database of another application/))
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('another version of the format, with both versions', async () => {
    const path = await written([record(1)])
    sql(path, 'PRAGMA user_version = 7')
    await expect(reading(path)).rejects.toMatchObject(refusal(/must be version 1: version 7/))
  })

  test('a folder, a device, and a path below a file', async () => {
    await expect(reading(folder)).rejects.toMatchObject(refusal(/must be a file/))
    const device = newPath()
    symlinkSync('/dev/zero', device)
    await expect(reading(device)).rejects.toMatchObject(refusal(/must be a file/))
    await expect(reading(join(await written([]), 'log.db'))).rejects.toMatchObject({ code })
  })

  test('an entry that is not JSON, and continues', async () => {
    const store = createSqliteStore(newPath())
    expect(() => store.append([record(1), record(2, 'a', 'success', { value: 1n })])).toThrow(
      /append to run log/,
    )
    await store.append([record(3)])
    expect(await store.query({})).toEqual([record(3)])
    await store.close()
  })

  test('an invalid path with a TypeError, an invalid limit with a RangeError', () => {
    expect(() => createSqliteStore('')).toThrow(TypeError)
    expect(() => createSqliteStore(newPath(), { retention: { maxPerTask: -1 } })).toThrow(RangeError)
  })

  const isRoot = process.getuid?.() === 0
  test('a read-only file', async () => {
    const path = join(folder, 'read-only', 'log.db')
    mkdirSync(join(folder, 'read-only'))
    chmodSync(folder, 0o755)
    const store = createSqliteStore(path)
    await store.append([record(1)])
    await store.close()
    chmodSync(path, 0o444)
    // The superuser may write read-only files.
    if (isRoot) process.seteuid!(65_534)
    try {
      await expect(reading(path)).rejects.toMatchObject(refusal(/read-only.*must be readable and writable/))
    } finally {
      if (isRoot) process.seteuid!(0)
    }
  })
})

/** A library whose files have room for a number of pages of 4 KB. */
const withRoom =
  (room: { pages: number }): OpenSqlite =>
  (path) => {
    const db = findSqlite()(path)
    if (path.endsWith('-lock')) return db
    const bound = () => db.prepare(`PRAGMA max_page_count = ${room.pages}`).all()
    return {
      ...db,
      prepare: (text) => {
        const statement = db.prepare(text)
        return { ...statement, run: (...values) => bound() && statement.run(...values) }
      },
    }
  }

describe('createSqliteStore on a full disk', () => {
  test('the append rejects, leaves nothing of itself, and works again with room', async () => {
    const room = { pages: 40 }
    const path = newPath()
    const store = createSqliteStore(path, { library: withRoom(room) })
    const large = (seq: number) => record(seq, 'a', 'success', { value: 'x'.repeat(2_000) })
    let seq = 0
    let problem: unknown
    while (problem === undefined)
      try {
        await store.append([large(++seq)])
      } catch (reason) {
        problem = reason
      }
    expect(problem).toMatchObject(refusal(/log-\d+\.db' as the disk must have room/))
    expect(await store.query({})).toHaveLength(seq - 1)
    await expect(store.append([large(seq), large(seq + 1)])).rejects.toMatchObject({ code })
    room.pages = 1_000
    await store.append([large(seq)])
    expect(await store.query({})).toHaveLength(seq)
    await store.close()
    expect(seqs(await reading(path))).toEqual(Array.from({ length: seq }, (_, i) => i + 1))
  })
})

test('resilientStore over a SQLite log whose disk is full for a while: all entries are kept once it has room, in order', async () => {
  const room = { pages: 30 }
  const path = newPath()
  const states: string[] = []
  const guard = resilientStore(createSqliteStore(path, { library: withRoom(room) }), {
    retryMs: 5,
    onHealth: ({ state }) => states.push(state),
  })
  await guard.load()
  const appends = Array.from({ length: 200 }, (_, i) =>
    guard.append([record(i + 1, 'a', 'success', { value: 'x'.repeat(2_000) })]),
  )
  while (guard.health.state === 'ok') await new Promise((resolve) => setImmediate(resolve))
  expect(guard.health).toMatchObject({ waiting: 200, reason: { code } })
  room.pages = 10_000
  await Promise.all(appends)
  await guard.close()
  expect(states).toEqual(['degraded', 'ok'])
  expect(seqs(await reading(path))).toEqual(Array.from({ length: 200 }, (_, i) => i + 1))
})

describe('createSqliteStore and texts', () => {
  test('names, ids and errors with a NUL or half a surrogate pair are restored unchanged, and are found', async () => {
    const odd = ['\0', 'a\0b', '\ud800', 'json:"x"', "'; DROP TABLE record; --", '', '\u2028']
    const store = createSqliteStore(newPath())
    const entries = odd.map(
      (text, i): RunRecord => ({
        ...record(i + 1, text, 'fail', { error: { name: text, message: `bad ${text}!` } }),
        runId: `${text}${i}`,
      }),
    )
    await store.append(entries)
    expect(await store.load()).toEqual(entries)
    for (const [i, text] of odd.entries()) {
      expect(await store.query({ task: text })).toEqual([entries[i]])
      expect(await store.query({ runId: `${text}${i}` })).toEqual([entries[i]])
      expect(await store.query({ task: [...odd], error: `bad ${text}!` })).toContainEqual(entries[i])
    }
    await store.close()
  })

  test('query with a list of more tasks than a statement has parameters', async () => {
    const store = createSqliteStore(newPath())
    await store.append([record(1, 'task 39999')])
    const task = Array.from({ length: 40_000 }, (_, i) => `task ${i}`)
    expect(await store.query({ task })).toHaveLength(1)
    await store.close()
  })
})

describe('createSqliteStore applies its retention', () => {
  test('a flood of records is pruned in the background, down to the limit', async () => {
    const store = createSqliteStore(newPath(), { retention: { maxPerTask: 100 } })
    await store.append([record(1, 'a', 'fail')])
    for (let seq = 2; seq < 40_000; seq += 500)
      await store.append(Array.from({ length: 500 }, (_, i) => record(seq + i, 'a', 'success')))
    expect(await store.count!({ action: 'fail' })).toBe(1)
    expect(await store.count!({})).toBeLessThan(25_000)
    expect((await store.query({ limit: 100 })).length).toBe(100)
    await store.close()
  })

  test('protect: records that conditions need are kept', async () => {
    const store = createSqliteStore(newPath(), { retention: { maxPerTask: 10 } })
    store.protect!((task) => (task === 'a' ? { count: 700 } : undefined))
    for (let seq = 1; seq < 30_000; seq += 500)
      await store.append(Array.from({ length: 500 }, (_, i) => record(seq + i, i % 2 ? 'a' : 'b', 'success')))
    await store.prune({ maxPerTask: 10 }, 0)
    expect(await store.count!({ task: 'a' })).toBe(700)
    expect(await store.count!({ task: 'b' })).toBe(10)
    await store.close()
  })
})

describe('createSqliteStore and its WAL', () => {
  /** A store that counts its checkpoints. */
  async function counted(path: string) {
    const counts = { checkpoints: 0 }
    const library: OpenSqlite = (file) => {
      const db = findSqlite()(file)
      return {
        ...db,
        prepare: (text) => {
          if (text.includes('wal_checkpoint')) counts.checkpoints++
          return db.prepare(text)
        },
      }
    }
    const store = createSqliteStore(path, { library })
    await store.append([record(1)])
    let seq = 1
    const append = () => store.append([record(++seq, 'a', 'success', { value: 'x'.repeat(40_000) })])
    return { store, counts, append, walSize: () => statSync(`${path}-wal`).size }
  }

  test('is overwritten past 4 MB, and never shrinks: syncing a file that grows costs more', async () => {
    const { store, counts, append, walSize } = await counted(newPath())
    for (let n = 0; n < 150 && walSize() <= 4_194_304; n++) await append()
    for (let n = 0; n < 300; n++) {
      await append()
      expect(walSize()).toBeGreaterThanOrEqual(4_194_304)
      expect(walSize()).toBeLessThan(4_600_000)
    }
    expect(counts.checkpoints).toBeGreaterThan(2)
    expect(counts.checkpoints).toBeLessThan(20)
    await store.close()
  })

  test('grows while another program keeps a transaction open, with few checkpoints, and is truncated when that ends', async () => {
    const path = newPath()
    const { store, counts, append, walSize } = await counted(path)
    const reader = findSqlite()(path)
    reader.exec('BEGIN')
    reader.prepare('SELECT * FROM record').all()
    for (let n = 0; n < 400; n++) await append()
    expect(walSize()).toBeGreaterThan(12_000_000)
    expect(counts.checkpoints).toBeLessThan(20)
    reader.exec('COMMIT')
    reader.close()
    for (let n = 0; n < 150; n++) await append()
    expect(walSize()).toBeLessThan(4_600_000)
    expect(counts.checkpoints).toBeLessThan(20)
    await store.close()
    expect(await reading(path)).toHaveLength(551)
  })
})

describe('createSqliteStore and invalid entries', () => {
  test('a record with an unknown action is refused, with all entries of its append', async () => {
    const store = createSqliteStore(newPath())
    const odd = { ...record(2), action: 'skip' } as unknown as RunRecord
    expect(() => store.append([record(1), odd])).toThrow(/action must be one of .*: skip/)
    await store.append([record(3)])
    expect(seqs(await store.load())).toEqual([3])
    await store.close()
  })

  test('rows with an unknown action are quarantined and reported once, and do not affect queries', async () => {
    const path = await written([record(1), record(2, 'a', 'success'), record(3), record(4, 'b', 'fail')])
    sql(
      path,
      "UPDATE record SET action = 'skip' WHERE seq = 2; UPDATE record SET action = x'ff' WHERE seq = 3",
    )
    const problems: LogProblem[] = []
    const store = createSqliteStore(path, { onProblem: (problem) => problems.push(problem) })
    expect(seqs(await store.load({ perAction: 9, total: 9, leastPerAction: 9 }))).toEqual([1, 4])
    expect(seqs(await store.load())).toEqual([1, 4])
    expect(await store.count!({})).toBe(2)
    expect(problems).toMatchObject([{ kind: 'bad entry', message: expect.stringMatching(/holds 2 records/) }])
    await store.close()
    await reading(path, { onProblem: (problem) => problems.push(problem) })
    expect(problems).toHaveLength(1)
    const db = findSqlite()(path)
    expect(db.prepare('SELECT count(*) AS n FROM quarantine').all()).toMatchObject([{ n: 2 }])
    db.close()
  })
})

describe('createSqliteStore on a damaged file', () => {
  test('500 seeds of damage: it opens with the existing entries or is refused with a RunLogError, and never silently starts empty', async () => {
    const entries = Array.from({ length: 400 }, (_, i) =>
      record(i + 1, `task ${i % 7}`, i % 3 ? 'success' : 'run', { value: `value ${i}`, runId: `run ${i}` }),
    )
    const path = await written(entries)
    const whole = readFileSync(path)
    const counts = { opened: 0, refused: 0 }
    for (let seed = 1; seed <= 500; seed++) {
      const file = join(folder, `damaged-${seed}.db`)
      writeFileSync(file, damaged(whole, seed))
      const store = createSqliteStore(file, { onProblem: () => {} })
      try {
        const loaded = await store.load({ perAction: 100, total: 1_000, leastPerAction: 10 })
        await store.query({ task: 'task 3', limit: 10 })
        await store.append([record(10_000, 'new')])
        await store.prune({ maxPerTask: 20 }, 0)
        await store.load()
        expect(loaded.length + (await store.count!({}))).toBeGreaterThan(1)
        counts.opened++
      } catch (problem) {
        expect(problem).toMatchObject({ code, message: expect.stringContaining(file) })
        counts.refused++
      } finally {
        await Promise.resolve(store.close()).catch((problem: unknown) => {
          expect(problem).toMatchObject({ code })
        })
      }
      for (const name of readdirSync(folder))
        if (name.startsWith(`damaged-${seed}.`)) rmSync(join(folder, name))
    }
    expect(counts.opened + counts.refused).toBe(500)
    expect(counts.refused).toBeGreaterThan(50)
    expect(counts.opened).toBeGreaterThan(20)
  }, 120_000)

  test('onDamage rescue: 60 seeds of damage, and it always opens, with the readable entries and the file kept', async () => {
    const entries = Array.from({ length: 400 }, (_, i) =>
      i % 9 === 0 ? note(i + 1) : record(i + 1, `task ${i % 7}`, 'success', { value: `value ${i}` }),
    )
    const whole = readFileSync(await written(entries))
    const bySeq = new Map(entries.map((entry) => [entry.seq, entry]))
    let rescued = 0
    let some = 0
    for (let seed = 1; seed <= 60; seed++) {
      const path = join(folder, `rescued-${seed}.db`)
      const bytes = damaged(whole, seed)
      // Without these bytes the file is not recognized as a database.
      whole.copy(bytes, 0, 0, 100)
      writeFileSync(path, bytes)
      const problems: LogProblem[] = []
      const store = createSqliteStore(path, {
        onDamage: 'rescue',
        onProblem: (problem) => problems.push(problem),
      })
      const loaded = await store.load()
      // A number that was changed cannot be detected: most are unchanged.
      const known = loaded.filter(({ seq }) => bySeq.has(seq))
      expect(known.length).toBeGreaterThanOrEqual(loaded.length * 0.9)
      expect(loaded.every((entry) => isNote(entry) || isAction(entry.action))).toBe(true)
      if (problems.length > 0) {
        rescued++
        if (loaded.length > 0) some++
        expect(problems).toMatchObject([
          { kind: 'damage', message: expect.stringContaining(`${loaded.length} entries were rescued`) },
        ])
        expect(existsSync(problems[0]!.movedTo!)).toBe(true)
        await store.append([record(1_000)])
      }
      await store.close()
    }
    expect(rescued).toBeGreaterThan(10)
    expect(some).toBeGreaterThan(8)
  }, 120_000)

  test('a WAL that was cut or damaged restores a prefix of the written entries, in order', async () => {
    const path = newPath()
    const store = createSqliteStore(path)
    for (let seq = 1; seq <= 30; seq++) await store.append([record(seq)])
    const file = readFileSync(path)
    const wal = readFileSync(`${path}-wal`)
    await store.close()
    for (let seed = 1; seed <= 60; seed++) {
      const copy = join(folder, `wal-${seed}.db`)
      writeFileSync(copy, file)
      writeFileSync(`${copy}-wal`, seed % 2 ? damaged(wal, seed) : wal.subarray(0, (wal.length * seed) / 60))
      const entries = await reading(copy).catch((problem: unknown) => {
        expect(problem).toMatchObject({ code })
        return []
      })
      expect(seqs(entries.filter((entry) => !isNote(entry)))).toEqual(entries.map((_, i) => i + 1))
    }
  })
})

/** A copy with changed bytes, a zeroed range, or a truncated end, depending on the seed. */
function damaged(whole: Buffer, seed: number): Buffer {
  let state = seed * 2_654_435_761
  const next = (below: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + seed) >>> 0
    return state % below
  }
  const copy = Buffer.from(whole)
  const kind = next(4)
  if (kind === 0) for (let i = 0; i <= next(8); i++) copy[next(copy.length)] = next(256)
  else if (kind === 1) copy.fill(0, next(copy.length), next(copy.length))
  else if (kind === 2) return copy.subarray(0, 1 + next(copy.length - 1))
  else for (let at = next(copy.length), i = 0; i < 64; i++) copy[(at + i) % copy.length] = next(256)
  return copy
}
