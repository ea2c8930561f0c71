/** Saved changes against the program of the next process: a change wins, all else is as the program says. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type App, createApp, type SessionOptions, type TaskOptions } from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from '../../support/silent.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-persist-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

type Act = (app: App, clock: TestClock) => unknown

interface Program {
  /** Options of the session. */
  readonly options?: SessionOptions
  /** Options of the task `report`. */
  readonly report?: TaskOptions & { readonly start?: string }
  /** Runs before the start. */
  readonly setUp?: Act
}

const templates = { ping: { work: () => {}, start: 'hourly', options: { timeout: '1 minute' } } }

describe.each(['jsonl', 'sqlite'])('over %s', (kind) => {
  function open({ options = {}, report: { start = 'daily', ...report } = {}, setUp }: Program) {
    const clock = new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
    const app = createApp({
      clock,
      timezone: 'UTC',
      logger: silent,
      store: `${kind}:${join(folder, `log.${kind}`)}`,
      persist: true,
      templates: templates as never,
      ...options,
    })
    const warnings: string[] = []
    app.session.on('session.warning', ({ message }) => warnings.push(message))
    app.task('report', start, report, () => {})
    setUp?.(app, clock)
    return { app, clock, warnings }
  }

  /** One process with its program, from start to shut-down; returns its warnings. */
  async function life(program: Program, act: Act = () => {}): Promise<string[]> {
    const { app, clock, warnings } = open(program)
    await app.start()
    await act(app, clock)
    app.session.shutDown({ force: true })
    await app.session.stopped
    return warnings
  }

  async function paramsOf(program: Program): Promise<unknown> {
    let found: unknown
    await life(program, ({ session }) => (found = session.params.toJSON()))
    return found
  }

  const given = (params: Record<string, unknown>): Program => ({ options: { params } })

  describe('params', () => {
    test('one that was unset stays unset, however often the process restarts', async () => {
      await life(given({ stage: 'dev', kept: 1 }), ({ session }) => session.params.unset('stage'))
      for (let n = 0; n < 3; n++)
        expect(await paramsOf(given({ stage: 'dev', kept: 1 }))).toEqual({ kept: 1 })
    })

    test('one that was set keeps its value over the option, one that was not takes the new option', async () => {
      await life(given({ stage: 'dev', size: 1, old: 1 }), ({ session }) =>
        session.params.set('stage', 'prod'),
      )
      expect(await paramsOf(given({ stage: 'test', size: 2, added: 3 }))).toEqual({
        stage: 'prod',
        size: 2,
        added: 3,
      })
    })

    test('one that was unset and set again, or set and set back, is as the program says', async () => {
      await life(given({ stage: 'dev', size: [1, { a: 2 }] }), ({ session }) => {
        session.params.unset('stage')
        session.params.set('size', 2)
      })
      await life(given({ stage: 'dev', size: [1, { a: 2 }] }), ({ session }) => {
        session.params.set('stage', 'dev')
        session.params.set('size', [1, { a: 2 }])
      })
      expect(await paramsOf(given({ stage: 'test', size: 3 }))).toEqual({ stage: 'test', size: 3 })
    })

    test('one that was set to undefined, or unset by an update or an event stays unset', async () => {
      await life(given({ a: 1, b: 2, c: 3 }), ({ session }) => {
        session.params.set('a', undefined)
        session.send({ type: 'param.unset', name: 'b' })
        session.update({ params: { c: 4 } })
      })
      await life(given({ a: 1, b: 2, c: 3 }), ({ session }) => {
        expect([session.params.get('a'), session.params.toJSON()]).toEqual([undefined, { c: 4 }])
        session.params.unset('c')
      })
      expect(await paramsOf(given({ a: 1, b: 2, c: 3 }))).toEqual({})
    })

    test('what the program sets before the start is its own, as an option is', async () => {
      const program = (value: string): Program => ({
        setUp: ({ session }) => session.params.set('stage', value),
      })
      await life(program('dev'), ({ session }) => session.params.set('other', 1))
      expect(await paramsOf(program('test'))).toEqual({ stage: 'test', other: 1 })
      await life(program('test'), ({ session }) => session.params.unset('stage'))
      expect(await paramsOf(program('test'))).toEqual({ other: 1 })
    })

    test('one that JSON cannot represent is reported only if it was changed', async () => {
      const program = given({ callback: () => {} })
      expect(await life(program, ({ session }) => session.params.set('a', 1))).toEqual([])
      expect(await life(program, ({ session }) => session.params.set('callback', () => {}))).toEqual([
        expect.stringMatching(/^The param 'callback' cannot be kept: /),
      ])
    })

    test('an object of the program that is changed in place is kept', async () => {
      await life(given({ list: [1] }), ({ session }) => {
        ;(session.params.get('list') as number[]).push(2)
        session.params.set('other', 1)
      })
      expect(await paramsOf(given({ list: [1] }))).toEqual({ list: [1, 2], other: 1 })
    })
  })

  describe('tasks', () => {
    test('a task that was disabled and enabled again is as the program says', async () => {
      await life({}, ({ session }) => session.task('report').disable())
      await life({}, ({ session }) => {
        expect(session.task('report').disabled).toBe(true)
        session.task('report').enable()
      })
      await life({}, ({ session }) => expect(session.task('report').disabled).toBe(false))
      await life({ report: { disabled: true } }, ({ session }) => {
        expect(session.task('report').disabled).toBe(true)
        session.task('report').enable()
      })
      await life({ report: { disabled: true } }, ({ session }) =>
        expect(session.task('report').disabled).toBe(false),
      )
    })

    test('disabled by an update and enabled again, it is enabled', async () => {
      await life({}, ({ session }) => {
        session.task('report').update({ disabled: true })
        session.task('report').enable()
      })
      await life({}, ({ session }) => expect(session.task('report').disabled).toBe(false))
    })

    test('an option that was updated wins, one that was updated back is as the program says', async () => {
      const first: Program = { report: { priority: 1, timeout: '1 hour' } }
      await life(first, ({ session }) => {
        session.task('report').update({ priority: 7, timeout: '2 hours', start: 'hourly', end: 'hourly' })
        session.task('report').update({ priority: 1 })
      })
      const second: Program = { report: { priority: 3, timeout: '3 hours', start: 'weekly' } }
      await life(second, ({ session }) => {
        const { priority, timeoutMs, start, end } = session.task('report').toJSON()
        expect([priority, timeoutMs, start, end]).toEqual([3, 7_200_000, 'hourly', 'hourly'])
        session.task('report').update({ timeout: '3 hours', start: 'weekly' })
      })
      await life({ report: { timeout: '4 hours' } }, ({ session }) => {
        const { priority, timeoutMs, start, end } = session.task('report').toJSON()
        expect([priority, timeoutMs, start, end]).toEqual([0, 14_400_000, 'daily', 'hourly'])
      })
    })

    test('an option that was unset by an update stays unset', async () => {
      const program: Program = {
        options: { timeout: '9 hours' },
        report: { timeout: '1 hour', end: 'hourly', runId: () => 'x', description: 'of the program' },
      }
      await life(program, ({ session }) =>
        session
          .task('report')
          .update({ timeout: undefined, end: undefined, runId: undefined, description: undefined } as never),
      )
      for (let n = 0; n < 2; n++)
        await life(program, async ({ session }, clock) => {
          const { timeoutMs, end, description } = session.task('report').toJSON()
          expect([timeoutMs, end, description]).toEqual([32_400_000, undefined, undefined])
          const { id } = session.task('report').run()
          expect(id).not.toBe('x')
          await clock.settled()
        })
    })

    test('what the program updates or disables before the start is its own', async () => {
      const program = (priority: number): Program => ({
        setUp: ({ session }) => {
          session.task('report').update({ priority })
          if (priority === 1) session.task('report').disable()
        },
      })
      await life(program(1), ({ session }) => session.params.set('a', 1))
      await life(program(2), ({ session }) =>
        expect([session.task('report').priority, session.task('report').disabled]).toEqual([2, false]),
      )
    })

    test('a task created at run time and removed stays away, as do its changes', async () => {
      await life({}, async ({ session }) => {
        session.createFrom('ping', 'ping').disable()
        session.createTask('own', false, () => {}).update({ priority: 3 })
      })
      await life({}, async ({ session }) => {
        expect(session.task('ping').disabled).toBe(true)
        expect(session.createTask('own', false, () => {}).priority).toBe(3)
        await session.removeTask('ping')
        await session.removeTask('own')
      })
      await life({}, ({ session }) => {
        expect(session.has('ping')).toBe(false)
        expect(session.createFrom('ping', 'ping').disabled).toBe(false)
        expect(session.createTask('own', false, () => {}).priority).toBe(0)
      })
    })

    test('a task of the program that was removed is back with the program, without its changes', async () => {
      await life({}, async ({ session }) => {
        session.task('report').update({ priority: 7 })
        await session.removeTask('report')
      })
      await life({}, ({ session }) => expect(session.task('report').priority).toBe(0))
    })

    test('a task of a template takes the new options of the template, except those given or updated', async () => {
      const with_ = (options: TaskOptions): Program => ({
        options: { templates: { ping: { work: () => {}, options } } as never },
      })
      await life(with_({ timeout: '1 minute', priority: 1, description: 'first' }), ({ session }) => {
        session.createFrom('ping', 'ping', { priority: 2, description: undefined } as never)
        session.task('ping').update({ timeout: '2 minutes' })
        session.task('ping').update({ timeout: '1 minute' })
      })
      await life(with_({ timeout: '5 minutes', priority: 3, description: 'second' }), ({ session }) => {
        const { timeoutMs, priority, description } = session.task('ping').toJSON()
        expect([timeoutMs, priority, description]).toEqual([300_000, 2, undefined])
      })
    })
  })

  describe('a second start in the same process', () => {
    test('keeps what was changed while the session was stopped', async () => {
      const { app } = open(given({ stage: 'dev' }))
      const { session } = app
      await app.start()
      session.params.set('stage', 'prod')
      session.task('report').disable()
      session.createFrom('ping', 'ping')
      session.shutDown()
      await session.stopped
      session.params.set('stage', 'test')
      session.params.set('late', 1)
      session.task('report').enable()
      await session.removeTask('ping')
      await app.start()
      const now = (): unknown => [
        session.params.toJSON(),
        session.task('report').disabled,
        session.has('ping'),
      ]
      expect(now()).toEqual([{ stage: 'test', late: 1 }, false, false])
      session.shutDown()
      await session.stopped
      await life(given({ stage: 'dev' }), (next) => {
        expect(next.session.params.toJSON()).toEqual({ stage: 'test', late: 1 })
        expect([next.session.task('report').disabled, next.session.has('ping')]).toEqual([false, false])
      })
    })

    test.each(['a restart', 'a stop and a start'])('a waiting run runs once after %s', async (how) => {
      const { app, clock } = open({})
      const { session } = app
      await app.start()
      session.pause()
      const handle = session.task('report').run()
      const ended = Promise.allSettled([handle])
      await clock.settled()
      if (how === 'a restart') session.restart()
      else session.shutDown()
      const runs: string[] = []
      session.on('run.started', ({ runId, task }) => task === 'report' && runs.push(runId))
      if (how === 'a restart')
        await new Promise<void>((resolve) => session.on('session.started', () => resolve()))
      else {
        await session.stopped
        await app.start()
      }
      session.resume()
      await clock.advance('1 minute')
      await ended
      while (session.task('report').isRunning) await clock.settled()
      expect(runs.filter((id) => id === handle.id)).toHaveLength(1)
      session.shutDown({ force: true })
      await session.stopped
    })
  })
})
