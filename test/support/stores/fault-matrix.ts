/** Faulty stores: each method of a store misbehaves in each way, behind the guard of a session. */
import { describe, expect, test } from '@jest/globals'
import { nextTurn } from '../../../src/clock/system-clock.ts'
import type { LogEntry } from '../../../src/log/entry.ts'
import type { StoreHealthListener } from '../../../src/log/resilience/options.ts'
import { resilientStore } from '../../../src/log/resilience/resilient-store.ts'
import type { Store } from '../../../src/log/store.ts'
import type { LogProblem } from '../../../src/log/store-problem.ts'
import { record, type StoreMaker } from './store-laws.ts'

const boom = new Error('boom')

/** Faults of a method. */
export const faults = {
  'throws at once': () => {
    throw boom
  },
  'throws a value that is not an error': () => {
    throw null
  },
  rejects: () => Promise.reject(boom),
  'is a thenable that rejects': () => ({
    then: (_: unknown, reject: (problem: unknown) => void) => reject(boom),
  }),
  'never settles': () => new Promise(() => {}),
  'gives undefined': () => undefined,
  'gives null': () => null,
  'gives a number': () => -1,
} as const

export type Fault = keyof typeof faults

/** A store with a fault in one method while `fault` is set. */
export class FaultyStore {
  fault: Fault | null = null

  constructor(
    readonly store: Store,
    readonly method: keyof Store,
  ) {}

  /** The store for its user. */
  get faulty(): Store {
    const ours = this
    return new Proxy(this.store, {
      get(store, key) {
        const value: unknown = Reflect.get(store, key)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) =>
          key === ours.method && ours.fault !== null
            ? faults[ours.fault]()
            : (value as (...args: unknown[]) => unknown).apply(store, args)
      },
      has: (store, key) => Reflect.has(store, key),
    })
  }
}

const failing: readonly Fault[] = [
  'throws at once',
  'throws a value that is not an error',
  'rejects',
  'is a thenable that rejects',
]
const asked = ['load', 'query', 'notes', 'count', 'prune'] as const
const ofItself = ['beat', 'lastBeat', 'protect', 'check'] as const

/** Tests each fault in each method of a kind of store. */
export function describeFaults(kind: string, { create }: StoreMaker): void {
  /** A store behind a guard, with the reported problems. */
  function guarded(method: keyof Store, slowAfterMs = 60_000, closeWithinMs = 60_000) {
    const faulty = new FaultyStore(create(), method)
    const problems: LogProblem[] = []
    const states: string[] = []
    const lost: LogEntry[] = []
    const listener: StoreHealthListener = {
      onProblem: (problem) => problems.push(problem),
      onHealth: ({ state }) => states.push(state),
      onLost: (entries) => lost.push(...entries),
    }
    const guard = resilientStore(faulty.faulty, { retryMs: 1, slowAfterMs, closeWithinMs, ...listener })
    return { faulty, guard, problems, states, lost }
  }
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await nextTurn()
  }

  describe(`${kind} with a fault`, () => {
    test.each(failing)(
      'append %s: it waits, is reported, and is written in order after the fault',
      async (fault) => {
        const { faulty, guard, states } = guarded('append')
        await guard.load()
        await guard.append([record(1)])
        faulty.fault = fault
        const appended = [guard.append([record(2)]), guard.append([record(3)])]
        await until(() => states.length > 0)
        expect(guard.health).toMatchObject({ state: 'degraded', waiting: 2 })
        faulty.fault = null
        await Promise.all(appended)
        expect((await guard.load()).map(({ seq }) => seq)).toEqual([1, 2, 3])
        await until(() => states.length > 1)
        expect(states).toEqual(['degraded', 'ok'])
        await guard.close()
      },
    )

    test('append never settles: it is reported as slow, and neither a stop nor a close waits forever', async () => {
      const { faulty, guard, states } = guarded('append', 5, 5)
      await guard.load()
      faulty.fault = 'never settles'
      const first = Promise.resolve(guard.append([record(1)]))
      await until(() => states.length > 0)
      const second = Promise.resolve(guard.append([record(2)]))
      guard.hurry()
      await expect(first).rejects.toThrow(/must answer within 5 ms/)
      await expect(second).rejects.toThrow(/must answer within 5 ms/)
      await guard.close()
      faulty.fault = null
      await faulty.store.close()
    })

    test.each(asked.flatMap((method) => failing.map((fault) => [method, fault] as const)))(
      '%s %s: the same is a rejection',
      async (method, fault) => {
        const { faulty, guard } = guarded(method)
        if (faulty.store[method] === undefined) return
        await guard.load()
        faulty.fault = fault
        const answer = method === 'prune' ? guard.prune({}, 0) : guard[method]({} as never)
        await expect(answer).rejects.toBe(fault === 'throws a value that is not an error' ? null : boom)
        faulty.fault = null
        await guard.close()
      },
    )

    test.each(
      asked.flatMap((method) =>
        (['gives undefined', 'gives null', 'gives a number'] as const).map(
          (fault) => [method, fault] as const,
        ),
      ),
    )('%s %s: an invalid result is a RunLogError', async (method, fault) => {
      const { faulty, guard } = guarded(method)
      if (faulty.store[method] === undefined) return
      await guard.load()
      faulty.fault = fault
      const answer = method === 'prune' ? guard.prune({}, 0) : guard[method]({} as never)
      await expect(answer).rejects.toMatchObject({
        code: 'GANTRY_RUN_LOG',
        message: expect.stringMatching(method),
      })
      faulty.fault = null
      await guard.close()
    })

    test('query never settles: it is reported', async () => {
      const { faulty, guard, problems } = guarded('query', 5)
      await guard.load()
      faulty.fault = 'never settles'
      void guard.query({})
      await until(() => problems.length > 0)
      expect(problems).toMatchObject([{ kind: 'answer', message: expect.stringContaining('query') }])
      faulty.fault = null
      await guard.close()
    })

    test.each(ofItself.flatMap((method) => failing.map((fault) => [method, fault] as const)))(
      '%s %s: it is reported, and ends nothing',
      async (method, fault) => {
        const { faulty, guard, problems, states } = guarded(method)
        await guard.load()
        if (faulty.store[method] === undefined) return
        faulty.fault = fault
        guard.protect(() => undefined)
        guard.beat(0)
        guard.lastBeat()
        await until(() => problems.length > 0 || states.length > 0)
        if (method === 'check') expect(guard.health.state).toBe('degraded')
        faulty.fault = null
        await guard.append([record(1)])
        await until(() => guard.health.state === 'ok')
        await guard.close()
      },
    )

    test.each(failing)('close %s: the same is a rejection', async (fault) => {
      const { faulty, guard } = guarded('close')
      await guard.load()
      faulty.fault = fault
      await expect(guard.close()).rejects.toBe(fault === 'throws a value that is not an error' ? null : boom)
      await faulty.store.close()
    })

    test('close never settles: it ends nevertheless, and reports it', async () => {
      const { faulty, guard } = guarded('close', 5, 5)
      await guard.load()
      faulty.fault = 'never settles'
      await expect(guard.close()).rejects.toThrow(/Cannot close run log .* must answer within 5 ms/)
      await faulty.store.close()
    })
  })
}
