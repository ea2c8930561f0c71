import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { buildSync } from 'esbuild'
import type { LogEntry } from '../../src/log/entry.ts'
import { type NewRecord, SessionLog } from '../../src/log/session-log.ts'
import type { Store } from '../../src/log/store.ts'
import { createJsonlStore } from '../../src/log/stores/formats/jsonl.ts'
import { createMemoryStore } from '../../src/log/stores/memory.ts'
import { durableStore } from '../support/durable-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-log-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const timeAt = (now: number, mono: number) => ({ now: () => now, monotonic: () => mono })
const start = (task: string, runId: string, at = 0): NewRecord => ({
  task,
  runId,
  action: 'run',
  at,
  start: at,
})
const end = (task: string, runId: string, more: Partial<NewRecord> = {}): NewRecord => ({
  ...{ task, runId, action: 'success', at: 1, start: 0, end: 1 },
  ...more,
})

/** A memory store that answers on request. */
function slowStore(): Store & { release(problem?: Error): void } {
  const kept = createMemoryStore()
  const waits: { entries: readonly LogEntry[]; settle: (problem?: Error) => void }[] = []
  const store = durableStore(
    kept,
    (entries) =>
      new Promise<void>((resolve, reject) => {
        waits.push({
          entries,
          settle: (problem) => {
            if (problem !== undefined) return reject(problem)
            kept.append(entries)
            resolve()
          },
        })
      }),
  )
  return Object.assign(store, {
    release: (problem?: Error) => {
      for (const { settle } of waits.splice(0)) settle(problem)
    },
  })
}

/** Appends forever and prints the number of each record once it is durable. */
const writer = `
import { createJsonlStore } from './src/log/stores/formats/jsonl.ts'
import { SessionLog } from './src/log/session-log.ts'
const log = new SessionLog(createJsonlStore(process.argv[2]), { now: () => 0, monotonic: () => 0 })
await log.restore()
for (;;)
  await Promise.all(
    Array.from({ length: 5 }, async (_, i) => {
      const { record, durable } = log.append({ task: 'a', runId: String(i), action: 'run', at: 0 })
      await durable
      process.stdout.write(record.seq + '\\n')
    }),
  )
`

describe('SessionLog.append', () => {
  test('with a synchronous store there is nothing to wait for', () => {
    const log = new SessionLog(createMemoryStore(), timeAt(0, 0))
    expect(log.append(start('a', '1'))).toEqual({
      record: { ...start('a', '1'), seq: 1 },
      durable: undefined,
    })
    expect(log.append(end('a', '1')).durable).toBeUndefined()
    expect(log.index.status('a')).toBe('success')
    expect(log.latest('a')).toMatchObject({ seq: 2 })
    expect(log.latest('a', 'run')).toMatchObject({ seq: 1 })
    expect(log.latest('b')).toBeNull()
    expect(log.count({ action: 'success' })).toBe(1)
  })

  test('a start is visible at once, an end only once it is durable', async () => {
    const store = slowStore()
    const log = new SessionLog(store, timeAt(0, 0))
    const started = log.append(start('a', '1'))
    expect(log.index.status('a')).toBe('run')
    expect(log.index.openRuns()).toHaveLength(1)
    store.release()
    await started.durable
    const ended = log.append(end('a', '1'))
    expect(log.index.status('a')).toBe('run')
    store.release()
    await ended.durable
    expect(log.index.status('a')).toBe('success')
    expect(log.index.openRuns()).toHaveLength(0)
    expect(await log.count()).toBe(2)
  })

  test('an end that could not be written rejects, and is visible nevertheless', async () => {
    const store = slowStore()
    const log = new SessionLog(store, timeAt(0, 0))
    const ended = log.append(end('a', '1'))
    store.release(new Error('disk full'))
    await expect(ended.durable).rejects.toThrow('disk full')
    expect(log.index.status('a')).toBe('success')
  })

  test('a store that throws is equivalent to one that rejects', async () => {
    const store = createMemoryStore()
    const log = new SessionLog(store, timeAt(0, 0))
    log.close()
    await expect(log.append(start('a', '1')).durable).rejects.toMatchObject({ code: 'GANTRY_RUN_LOG' })
  })

  test('values and params are kept as JSON, or omitted with the reason', () => {
    const log = new SessionLog(createMemoryStore(), timeAt(0, 0))
    const value = { rows: [1, 2] }
    expect(log.append(end('a', '1', { value })).record).toMatchObject({ value: { rows: [1, 2] } })
    expect(log.append(end('a', '1', { value })).record.value).not.toBe(value)
    const odd = log.append(end('a', '2', { value: 1n, params: { n: 1, f: () => 1 } })).record
    expect(odd).not.toHaveProperty('value')
    expect(odd.params).toEqual({ n: 1 })
    expect(odd.omitted).toBe('value: a bigint is not JSON; param f: a function is not JSON')
    expect(log.append(end('a', '3', { params: { f: () => 1 } })).record).not.toHaveProperty('params')
  })

  test('notes of missed periods count as missed, and are not records', () => {
    const store = createMemoryStore()
    const log = new SessionLog(store, timeAt(100, 100))
    log.note({ note: 'missed', at: 50, task: 'a' })
    log.note({ note: 'late', at: 60, task: 'a' })
    const counts = () => [
      log.index.countBetween('a', ['missed', 'success'], 0, 100),
      log.index.countWithin('a', ['missed'], 0, 1_000, 200),
    ]
    expect(counts()).toEqual([1, 1])
    log.restore()
    expect(counts()).toEqual([1, 1])
    expect(log.index.newest('a', ['missed'], 100)).toBeNull()
    expect(log.index.status('a')).toBeNull()
  })

  test('note keeps data as JSON, and conditions do not see it', () => {
    const log = new SessionLog(createMemoryStore(), timeAt(0, 0))
    log.note({ note: 'audit', at: 5, task: 'a', data: { by: 'me' } })
    log.note({ note: 'audit', at: 5, task: 'a', data: 1n })
    expect(log.notes()).toMatchObject([{ seq: 2 }, { seq: 1, data: { by: 'me' } }])
    expect(log.index.status('a')).toBeNull()
  })
})

describe('SessionLog.restore', () => {
  test('restores what an earlier process left: index, open runs and consecutive numbers', async () => {
    const path = join(folder, 'restore.jsonl')
    const before = new SessionLog(createJsonlStore(path), timeAt(0, 0))
    await before.restore()
    await before.append(start('a', '1', 1_000)).durable
    await before.append(end('a', '1', { at: 3_000 })).durable
    await before.append(start('a', '2', 4_000)).durable
    await before.note({ note: 'heartbeat', at: 4_500 }).durable
    await before.close()

    const after = new SessionLog(createJsonlStore(path), timeAt(10_000, 50))
    expect(await after.restore()).toMatchObject([{ runId: '2', action: 'run' }])
    expect(after.index.newest('a', ['success'], 50)?.ageMs).toBe(7_000)
    expect(after.index.countWithin('a', ['run'], 0, 6_001, 50)).toBe(1)
    const { record, durable } = after.append({ task: 'a', runId: '2', action: 'crash', at: 10_000 })
    await durable
    expect(record.seq).toBe(5)
    expect(after.index.openRuns()).toEqual([])
    await after.close()
  })

  test('a closed log is opened again, and counts nothing twice', async () => {
    const store = createMemoryStore()
    const log = new SessionLog(store, timeAt(5, 5))
    log.restore()
    log.append(start('a', '1'))
    log.append(end('a', '1'))
    log.close()
    expect(log.isClosed).toBe(true)
    expect(log.restore()).toEqual([])
    expect(log.isClosed).toBe(false)
    expect(log.index.countBetween('a', ['run'], 0, 10)).toBe(1)
    expect(log.append(start('a', '2')).record.seq).toBe(3)
  })

  test('a record later than now, from before the clock was set back, counts as made now', () => {
    const store = createMemoryStore()
    store.append([{ seq: 1, task: 'a', runId: '1', action: 'run', at: 9_000 }])
    const log = new SessionLog(store, timeAt(5_000, 100))
    log.restore()
    expect(log.index.newest('a', ['run'], 100)?.ageMs).toBe(0)
    expect(log.index.newest('a', ['run'], 160)?.ageMs).toBe(60)
  })

  test('a killed process loses no acknowledged record, and its open run is reported', async () => {
    const path = join(folder, 'killed.jsonl')
    const program = join(folder, 'writer.mjs')
    buildSync({
      stdin: { contents: writer, resolveDir: process.cwd(), loader: 'ts' },
      ...{ bundle: true, platform: 'node', format: 'esm', outfile: program },
    })
    const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const gone = once(child, 'exit')
    let output = ''
    for await (const chunk of child.stdout) {
      output += chunk
      if (output.split('\n').length > 200) child.kill('SIGKILL')
    }
    // Its end of the pipe closes a moment before the process is gone, and until then it holds the lock.
    await gone
    const acknowledged = output.split('\n').slice(0, -1).map(Number)
    const log = new SessionLog(createJsonlStore(path, { onProblem: () => undefined }), timeAt(0, 0))
    await log.restore()
    const kept = new Set((await log.query()).map((record) => record.seq))
    expect(acknowledged.filter((seq) => !kept.has(seq))).toEqual([])
    expect(acknowledged.length).toBeGreaterThan(199)
    await log.close()
  })
})
