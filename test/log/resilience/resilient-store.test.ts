import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { nextTurn } from '../../../src/clock/system-clock.ts'
import { RunLogError } from '../../../src/errors/errors.ts'
import type { LogEntry } from '../../../src/log/entry.ts'
import type { ResilientStoreOptions, StoreHealth } from '../../../src/log/resilience/options.ts'
import { resilientStore } from '../../../src/log/resilience/resilient-store.ts'
import type { Store } from '../../../src/log/store.ts'
import { createMemoryStore } from '../../../src/log/stores/memory.ts'
import { checkProperty } from '../../support/property.ts'
import { describeStore, record } from '../../support/stores/store-laws.ts'

describeStore('resilientStore', { create: () => resilientStore(createMemoryStore()) })

/** A store that answers on request: with success, or with a failure. */
class FaultyStore implements Store {
  readonly name = 'faulty'
  readonly durable = true
  readonly written: LogEntry[] = []
  readonly asked: { entries: readonly LogEntry[]; answer: (problem?: Error) => void }[] = []
  /** While set, every append fails with it, immediately but not synchronously. */
  problem: Error | null = null
  /** Entries that can never be written. */
  refuses: (entry: LogEntry) => boolean = () => false
  isManual = false
  isClosed = false

  load = (): LogEntry[] => this.written
  query = () => []
  notes = () => []
  prune = () => 0

  append(entries: readonly LogEntry[]): Promise<void> {
    if (entries.some(this.refuses)) throw new RunLogError('not JSON', { isEntryRefused: true })
    return new Promise((resolve, reject) => {
      const answer = (problem?: Error): void => {
        if (problem !== undefined) return reject(problem)
        this.written.push(...entries)
        resolve()
      }
      if (this.isManual) this.asked.push({ entries, answer })
      else queueMicrotask(() => answer(this.problem ?? undefined))
    })
  }

  close(): void {
    this.isClosed = true
  }
}

const full = new Error('the disk is full')
const seqs = (entries: readonly LogEntry[]) => entries.map((entry) => entry.seq)

/** A guarded store that retries at once, and its reports. */
function guarded(store: Store, options: ResilientStoreOptions = {}) {
  const reports: StoreHealth[] = []
  let changed = (): void => {}
  const guard = resilientStore(store, {
    retryMs: 1,
    onHealth: (health) => {
      reports.push(health)
      changed()
    },
    ...options,
  })
  const isOk = (): Promise<void> =>
    new Promise((resolve) => {
      changed = () => guard.health.state === 'ok' && resolve()
      changed()
    })
  return { guard, reports, isOk }
}

describe('resilientStore', () => {
  test('pause: appenders wait until the store recovers, and all entries are written in order', async () => {
    const store = new FaultyStore()
    const { guard, reports } = guarded(store)
    await guard.append([record(1)])
    store.problem = full
    const settled: number[] = []
    const appends = [2, 3, 4].map((seq) =>
      Promise.resolve(guard.append([record(seq)])).then(() => settled.push(seq)),
    )
    await nextTurn()
    expect(guard.health).toEqual({ state: 'degraded', reason: full, waiting: 3 })
    appends.push(Promise.resolve(guard.append([record(5)])).then(() => settled.push(5)))
    await nextTurn()
    expect(settled).toEqual([])
    store.problem = null
    await Promise.all(appends)
    expect(settled).toEqual([2, 3, 4, 5])
    expect(seqs(store.written)).toEqual([1, 2, 3, 4, 5])
    expect(reports.map(({ state }) => state)).toEqual(['degraded', 'ok'])
    expect(guard.health).toEqual({ state: 'ok', waiting: 0 })
    await guard.append([record(6)])
    await guard.close()
    expect(seqs(store.written)).toEqual([1, 2, 3, 4, 5, 6])
  })

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    'an entry that is appended %i microtasks after the last waiting one is written is written too',
    async (microtasks) => {
      const store = new FaultyStore()
      const { guard, isOk } = guarded(store)
      store.problem = full
      const first = Promise.resolve(guard.append([record(1)]))
      await nextTurn()
      store.problem = null
      await first
      for (let n = 0; n < microtasks; n++) await null
      await guard.append([record(2)])
      expect(seqs(store.written)).toEqual([1, 2])
      await isOk()
      expect(guard.health.waiting).toBe(0)
    },
  )

  test('buffer: appenders continue at once up to the limit, and wait beyond it', async () => {
    const store = new FaultyStore()
    store.problem = full
    const { guard, isOk } = guarded(store, { whenDown: 'buffer', limit: 3 })
    await guard.append([record(1)])
    expect(guard.append([record(2)])).toBeUndefined()
    expect(guard.append([record(3)])).toBeUndefined()
    const fourth = guard.append([record(4)])
    expect(fourth).toBeInstanceOf(Promise)
    expect(guard.health.waiting).toBe(4)
    store.problem = null
    await fourth
    await isOk()
    expect(seqs(store.written)).toEqual([1, 2, 3, 4])
    await guard.close()
  })

  test('a slow store is degraded until it answers, and the entries kept meanwhile follow', async () => {
    const store = new FaultyStore()
    store.isManual = true
    const { guard, reports, isOk } = guarded(store, { slowAfterMs: 1, whenDown: 'buffer' })
    const first = guard.append([record(1)])
    await new Promise<void>((resolve) => {
      const look = (): unknown => (guard.health.state === 'degraded' ? resolve() : setImmediate(look))
      look()
    })
    expect(reports[0]).toMatchObject({ reason: { message: expect.stringContaining('longer than 1 ms') } })
    expect(guard.append([record(2)])).toBeUndefined()
    store.isManual = false
    store.asked[0]!.answer()
    await first
    await isOk()
    expect(seqs(store.written)).toEqual([1, 2])
    await guard.close()
  })

  test('rejections that arrive in another order than the appends: entries are still written in order', async () => {
    const store = new FaultyStore()
    store.isManual = true
    const { guard } = guarded(store)
    const appends = [1, 2, 3].map((seq) => guard.append([record(seq)]))
    store.isManual = false
    for (const i of [2, 0, 1]) store.asked[i]!.answer(full)
    await Promise.all(appends)
    expect(seqs(store.written)).toEqual([1, 2, 3])
    await guard.close()
  })

  test('an entry that can never be written is refused at once, and later without blocking others', async () => {
    const store = new FaultyStore()
    store.refuses = ({ seq }) => seq === 2 || seq === 5
    const { guard } = guarded(store)
    await expect(guard.append([record(2)])).rejects.toThrow('not JSON')
    store.problem = full
    const first = guard.append([record(3)])
    await nextTurn()
    const answers = [first, ...[4, 5, 6].map((seq) => guard.append([record(seq)]))]
    await nextTurn()
    store.problem = null
    const settled = await Promise.allSettled(answers)
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(seqs(store.written)).toEqual([3, 4, 6])
    await guard.close()
  })

  test('an entry that was released and then refused is reported as lost', async () => {
    const store = new FaultyStore()
    store.problem = full
    const lost: number[] = []
    const { guard, isOk } = guarded(store, {
      whenDown: 'buffer',
      onLost: (entries) => lost.push(...seqs(entries)),
    })
    await guard.append([record(1)])
    store.refuses = ({ seq }) => seq === 2
    await guard.append([record(2)])
    store.problem = null
    await isOk()
    expect(lost).toEqual([2])
    expect(seqs(store.written)).toEqual([1])
    await guard.close()
  })

  test('close retries once; it rejects entries that cannot be written, and reports their number', async () => {
    const store = new FaultyStore()
    store.problem = full
    const { guard } = guarded(store, { retryMs: 60_000 })
    const first = Promise.resolve(guard.append([record(1), record(2)]))
    await nextTurn()
    const refusal = { code: 'GANTRY_RUN_LOG', message: expect.stringContaining('2 entries are lost') }
    await Promise.all([
      expect(guard.close()).rejects.toMatchObject(refusal),
      expect(first).rejects.toMatchObject(refusal),
    ])
    expect(store.isClosed).toBe(true)

    const again = new FaultyStore()
    again.problem = full
    const { guard: other } = guarded(again, { retryMs: 60_000 })
    const append = other.append([record(1)])
    await nextTurn()
    again.problem = null
    await other.close()
    await append
    expect(seqs(again.written)).toEqual([1])
  })

  test('onHealth: a listener that throws does not prevent writes', async () => {
    const store = new FaultyStore()
    store.problem = full
    const guard = resilientStore(store, {
      retryMs: 1,
      onHealth: () => {
        throw new Error('a listener')
      },
    })
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const appended = guard.append([record(1)])
    await nextTurn()
    store.problem = null
    await appended
    await guard.close()
    expect(seqs(store.written)).toEqual([1])
    const reports = warned.mock.calls.map(([problem]) => String(problem))
    expect(reports).toEqual([expect.stringContaining('a listener'), expect.stringContaining('a listener')])
    warned.mockRestore()
  })

  test('flushSync passes waiting entries on, in order', async () => {
    const store = new FaultyStore()
    store.problem = full
    const { guard } = guarded(store, { retryMs: 60_000, whenDown: 'buffer' })
    await guard.append([record(1)])
    guard.append([record(2)])
    store.problem = null
    guard.flushSync()
    await guard.close()
    expect(seqs(store.written)).toEqual([1, 2])
  })

  test('with any failures at any time, every entry is written once, in order', async () => {
    await checkProperty(
      fc.asyncProperty(
        fc.array(
          fc.record({ fails: fc.boolean(), waits: fc.boolean(), count: fc.integer({ min: 1, max: 3 }) }),
          {
            maxLength: 30,
          },
        ),
        fc.constantFrom('pause' as const, 'buffer' as const),
        async (steps, whenDown) => {
          const store = new FaultyStore()
          const { guard } = guarded(store, { whenDown, limit: 5 })
          const appends: unknown[] = []
          let seq = 0
          for (const { fails, waits, count } of steps) {
            store.problem = fails ? full : null
            appends.push(guard.append(Array.from({ length: count }, () => record(++seq))))
            if (waits) await nextTurn()
          }
          store.problem = null
          await Promise.all(appends)
          await guard.close()
          expect(seqs(store.written)).toEqual(Array.from({ length: seq }, (_, i) => i + 1))
        },
      ),
      { runs: 60 },
    )
  })
})
