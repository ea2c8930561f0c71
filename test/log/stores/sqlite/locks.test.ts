/** Ownership of a SQLite log, by any name and in any process; and concurrent readers. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { nextTurn } from '../../../../src/clock/system-clock.ts'
import type { LogEntry } from '../../../../src/log/entry.ts'
import { resilientStore } from '../../../../src/log/resilience/resilient-store.ts'
import { findSqlite, type OpenSqlite } from '../../../../src/log/stores/sqlite/driver.ts'
import { createSqliteStore } from '../../../../src/log/stores/sqlite/sqlite-store.ts'
import { buildProgram } from '../../../support/program.ts'
import { newPathsIn, record } from '../../../support/stores/store-laws.ts'

const { folder, newPath } = newPathsIn('sqlite-locks', 'db')
const program = buildProgram('test/log/stores/sqlite/lock-holder.ts')
afterAll(() => program.remove())

const seqs = (entries: readonly LogEntry[]) => entries.map(({ seq }) => seq)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const code = 'GANTRY_RUN_LOG'
const inUse = expect.stringMatching(/as one session at a time may write it/)

/** Another process that holds a log, or was refused. */
class Holder {
  static readonly all: Holder[] = []
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(path: string) {
    this.#child = spawn(process.execPath, ['--no-warnings', program.path, path], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_PATH: join(process.cwd(), 'node_modules') },
    })
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
    Holder.all.push(this)
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** The next line of its output. */
  async line(): Promise<string> {
    return (await this.#lines.next()).value ?? 'ended'
  }

  send(line: string): Promise<string> {
    this.#child.stdin!.write(`${line}\n`)
    return this.line()
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}

afterEach(async () => {
  for (const holder of Holder.all.splice(0)) await holder.kill()
})

async function found(path: string): Promise<number[]> {
  const store = createSqliteStore(path)
  try {
    return seqs(await store.load())
  } finally {
    await store.close()
  }
}

/** Other names of a file: each leads to it. */
const names: Readonly<Record<string, (path: string) => string>> = {
  'its own name': (path) => path,
  'a symbolic link': (path) => {
    symlinkSync(path, `${path}.link`)
    return `${path}.link`
  },
  'a link to a link': (path) => {
    symlinkSync(path, `${path}.first`)
    symlinkSync(`${path}.first`, `${path}.second`)
    return `${path}.second`
  },
  'a linked folder': (path) => {
    symlinkSync(folder, `${path}.folder`)
    return join(`${path}.folder`, path.slice(folder.length))
  },
  'a roundabout path': (path) => join(folder, '.', `.${path.slice(folder.length)}`),
  'a hard link': (path) => {
    linkSync(path, `${path}.hard`)
    return `${path}.hard`
  },
}

describe.each(Object.entries(names))('a second session, by %s,', (_, nameOf) => {
  test('of this process is refused, without harm to the first', async () => {
    const path = newPath()
    const store = createSqliteStore(path)
    await store.append([record(1)])
    const name = nameOf(path)
    for (let n = 0; n < 3; n++)
      await expect((async () => createSqliteStore(name).load())()).rejects.toMatchObject({ code })
    // The refusal has released no lock.
    const other = new Holder(path)
    expect(await other.line()).toMatch(/^refused .* one session at a time|^refused .* must have one name/)
    await store.append([record(2)])
    if (name.endsWith('.hard')) rmSync(name)
    await store.close()
    expect(await found(path)).toEqual([1, 2])
  })

  test('of another process is refused at once, and takes over when the first is killed', async () => {
    const path = newPath()
    const holder = new Holder(path)
    expect(await holder.line()).toBe('open')
    for (const seq of range(1, 20)) expect(await holder.send(`append ${seq}`)).toBe(`acknowledged ${seq}`)
    const name = nameOf(path)
    await expect((async () => createSqliteStore(name).load())()).rejects.toMatchObject({ code })
    expect(await holder.send('append 21')).toBe('acknowledged 21')
    await holder.kill()
    if (name.endsWith('.hard')) {
      await expect(found(name)).rejects.toMatchObject({
        message: expect.stringMatching(/must have one name/),
      })
      rmSync(name)
      expect(await found(path)).toEqual(range(1, 21))
    } else expect(await found(name)).toEqual(range(1, 21))
  })
})

test('the first session keeps its lock, regardless of what this process opens and closes meanwhile', async () => {
  const path = newPath()
  const store = createSqliteStore(path, { retention: { maxPerTask: 10 } })
  await store.append(range(1, 100).map((seq) => record(seq, 'a', 'success')))
  const acts: (() => unknown)[] = [
    () => createSqliteStore(path).load(),
    () => readFileSync(path),
    () => copyFileSync(path, `${path}.copy`),
    () => {
      for (const end of ['', '-wal', '-shm']) closeSync(openSync(path + end, 'r+'))
    },
    () => store.prune({ maxPerTask: 5 }, 0),
    () => store.check!(),
    () => store.load(),
    () => findSqlite()(path).close(),
  ]
  for (const act of acts) {
    await (async () => act())().catch((problem: unknown) =>
      expect(problem).toMatchObject({ code, message: inUse }),
    )
    const other = new Holder(path)
    expect(await other.line()).toMatch(/^refused .* one session at a time/)
  }
  await store.append([record(101, 'a', 'success')])
  await store.close()
  expect(await found(path)).toEqual(range(96, 101))
})

describe('the lock file alone refuses a second session', () => {
  test('without the shared memory, which a held transaction locks', async () => {
    const path = newPath()
    const holder = new Holder(path)
    expect(await holder.line()).toBe('open')
    await holder.send('append 1')
    rmSync(`${path}-shm`)
    await expect(found(path)).rejects.toMatchObject({ code, message: inUse })
    const other = new Holder(path)
    expect(await other.line()).toMatch(/^refused .* one session at a time/)
    expect(await holder.send('append 2')).toMatch(/^problem .* lost its shared memory/)
    expect(await holder.line()).toBe('acknowledged 2')
    expect(await holder.send('close')).toBe('closed')
    expect(await found(path)).toEqual([1, 2])
  })

  test('after a thread of the same process was refused', async () => {
    const path = newPath()
    const store = createSqliteStore(path, { onProblem: () => {} })
    await store.append([record(1)])
    symlinkSync(join(process.cwd(), 'node_modules'), join(program.folder, 'node_modules'))
    const thread = new Worker(program.path, { argv: [path], stdin: true, stdout: true })
    const [output] = (await once(thread.stdout, 'data')) as [Buffer]
    expect(String(output)).toMatch(/^refused .* one session at a time/)
    await thread.terminate()
    rmSync(`${path}-shm`)
    const other = new Holder(path)
    expect(await other.line()).toMatch(/^refused .* one session at a time/)
    await store.close()
  })

  test('while a log is being restored, and no connection has it open', async () => {
    const path = newPath()
    let isBetween = false
    const refused: unknown[] = []
    const library: OpenSqlite = (file) => {
      if (isBetween && file === path) {
        isBetween = false
        const { status, stdout } = spawnSync(process.execPath, ['--no-warnings', program.path, path], {
          encoding: 'utf8',
          input: 'close\n',
          env: { ...process.env, NODE_PATH: join(process.cwd(), 'node_modules') },
        })
        refused.push({ status, stdout })
      }
      return findSqlite()(file)
    }
    const store = createSqliteStore(path, { library, onProblem: () => {} })
    await store.append([record(1)])
    rmSync(path)
    isBetween = true
    await store.append([record(2)])
    expect(refused).toMatchObject([{ stdout: expect.stringMatching(/^refused .* one session at a time/) }])
    await store.close()
    expect(await found(path)).toEqual([1, 2])
  })
})

describe('while a session has the log', () => {
  test('another program can read it, including the newest entry, and cannot write to it', async () => {
    const path = newPath()
    const holder = new Holder(path)
    expect(await holder.line()).toBe('open')
    for (const seq of range(1, 5)) {
      await holder.send(`append ${seq}`)
      const reader = findSqlite()(path)
      expect(reader.prepare('SELECT max(seq) AS seq FROM record').all()).toMatchObject([{ seq }])
      expect(() => reader.exec('DELETE FROM record')).toThrow(/locked/)
      expect(() => reader.prepare('PRAGMA journal_mode = DELETE').all()).toThrow(/locked/)
      reader.close()
    }
    expect(await holder.send('append 6')).toBe('acknowledged 6')
    expect(await holder.send('close')).toBe('closed')
    expect(await found(path)).toEqual(range(1, 6))
  })

  test('a program that reads blocks nothing: not a write, not a close, not the next session', async () => {
    const path = newPath()
    const holder = new Holder(path)
    expect(await holder.line()).toBe('open')
    await holder.send('append 1')
    const reader = findSqlite()(path)
    reader.exec('BEGIN')
    reader.prepare('SELECT * FROM record').all()
    for (const seq of range(2, 50)) expect(await holder.send(`append ${seq}`)).toBe(`acknowledged ${seq}`)
    expect(await holder.send('prune')).toBe('pruned')
    expect(await holder.send('close')).toBe('closed')
    const next = new Holder(path)
    expect(await next.line()).toBe('open')
    expect(await next.send('append 51')).toBe('acknowledged 51')
    await next.kill()
    reader.exec('COMMIT')
    expect(reader.prepare('SELECT max(seq) AS seq FROM record').all()).toMatchObject([{ seq: 51 }])
    reader.close()
    expect((await found(path)).at(-1)).toBe(51)
  })
})

test('a log that is deleted and taken by another session acknowledges nothing until that session is gone', async () => {
  const own = newPath()
  mkdirSync(own)
  const path = join(own, 'runs.db')
  const store = createSqliteStore(path, { onProblem: () => {} })
  await store.append([record(1)])
  for (const name of readdirSync(own)) rmSync(join(own, name))
  const taker = new Holder(path)
  expect(await taker.line()).toBe('open')
  await taker.send('append 1000')
  const states: string[] = []
  const guard = resilientStore(store, { retryMs: 1, onHealth: ({ state }) => states.push(state) })
  const appended = Promise.resolve(guard.append([record(2)]))
  while (states.length === 0) await nextTurn()
  expect(guard.health.reason?.message).toMatch(
    new RegExp(`was replaced .* one session at a time may write it: process ${taker.pid}`),
  )
  await taker.kill()
  await appended
  await guard.close()
  expect(await found(path)).toEqual([1, 2])
  expect(await found(`${path}.replaced-1`)).toEqual([1_000])
})

test('a session that was closed leaves only the file, without a WAL or a lock', async () => {
  const own = newPath()
  mkdirSync(own)
  const store = createSqliteStore(join(own, 'runs.db'))
  await store.append([record(1)])
  expect(existsSync(join(own, 'runs.db-lock'))).toBe(true)
  await store.close()
  expect(readdirSync(own)).toEqual(['runs.db'])
})
