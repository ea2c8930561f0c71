import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createThreadExecutor } from '../../../src/executors/thread/thread-executor.ts'
import { code } from '../../../src/executors/work/code-work.ts'
import { moduleWork } from '../../../src/executors/work/module-work.ts'
import { execute, readTypeScript, warnings, workUrl } from '../../support/executors/far.ts'

type FarWork = typeof import('../../support/executors/work/thread-work.ts')
const work = <K extends keyof FarWork & string>(name: K) => moduleWork<FarWork, K>(workUrl, name)
const { list: warned, warn } = warnings()
const executor = createThreadExecutor(warn)

beforeAll(readTypeScript)
afterAll(() => executor.close?.())

const outcome = (name: keyof FarWork & string, args: Record<string, unknown> = {}) =>
  execute(executor, work(name), args).settlement

describe('createThreadExecutor', () => {
  test('executes work in a thread of this process, and keeps the thread', async () => {
    expect(await outcome('add', { a: 1, b: 2 })).toEqual({ kind: 'returned', value: 3 })
    const first = await outcome('where')
    expect(first).toMatchObject({ value: { process: process.pid, thread: expect.any(Number) } })
    expect((first as { value: { thread: number } }).value.thread).toBeGreaterThan(0)
    expect(await outcome('where')).toEqual(first)
  })

  test('work with `fresh` has a separate thread', async () => {
    const fresh = moduleWork<FarWork, 'counts'>(workUrl, 'counts', { fresh: true })
    for (let n = 0; n < 2; n++)
      expect(await execute(executor, fresh).settlement).toEqual({ kind: 'returned', value: 1 })
  })

  test('a throw is a failure with name, message, code and stack', async () => {
    const settlement = await outcome('fails')
    expect(settlement).toMatchObject({
      kind: 'threw',
      error: { name: 'RangeError', message: 'too far', code: 'E_FAR' },
    })
    expect((settlement as { error: Error }).error.stack).toContain('thread-work.ts')
  })

  test('inaction is inaction', async () => {
    expect(await outcome('nothing')).toEqual({ kind: 'inaction', reason: 'nothing new' })
  })

  test('run has facts, log and progress', async () => {
    const heard = execute(executor, work('facts'), {}, { params: { a: 1 } })
    expect(await heard.settlement).toEqual({
      kind: 'returned',
      value: {
        id: 'run-1',
        task: 'far',
        startedAt: '2026-03-01T12:00:00.000+02:00',
        sessionStartedAt: '2026-03-01T12:00:00.000+02:00',
        dueAt: null,
        trigger: 'manual',
        params: { a: 1 },
      },
    })
    expect(heard.lines).toEqual([['info', 'hello', { from: 'far' }]])
    expect(heard.progress).toEqual([[0.5, 'half']])
  })

  test('the last messages of a run are received before its end', async () => {
    for (let n = 0; n < 200; n++) {
      const heard = execute(executor, work('logsWithoutEnd'), { lines: 150 })
      await heard.settlement
      expect(heard.lines).toHaveLength(150)
    }
  })

  test('run.session has only facts, and other members throw', async () => {
    expect(await outcome('usesSession')).toMatchObject({
      kind: 'threw',
      error: { code: 'GANTRY_SETUP', message: expect.stringContaining('run.session.shutDown in a thread') },
    })
  })

  test('the signal reaches the worker, with its reason', async () => {
    const heard = execute(executor, work('untilTold'))
    await heard.underWay
    heard.abort(new DOMException('asked to end', 'AbortError'))
    expect(await heard.settlement).toMatchObject({
      kind: 'threw',
      error: { name: 'AbortError', message: 'asked to end' },
    })
  })

  test.each(['throwIfAborted', 'aborted', 'reason'] as const)(
    'a loop without a turn of the event loop ends by run.signal.%s, and its thread is reused',
    async (how) => {
      const heard = execute(executor, work('loopsUntilTold'), { how })
      await heard.underWay
      heard.abort(new DOMException('asked to end', 'AbortError'))
      const error = { name: 'AbortError', message: 'asked to end' }
      const settlement = await heard.settlement
      if (how === 'throwIfAborted') expect(settlement).toMatchObject({ kind: 'threw', error })
      else {
        expect(settlement.kind).toBe('returned')
        expect(heard.lines).toEqual([['info', 'heard', 'asked to end']])
      }
      expect(await outcome('where')).toMatchObject({ value: { thread: heard.progress[0]![0] * 1000 } })
    },
  )

  test('aborted before its thread is ready, it never begins', async () => {
    const fresh = moduleWork<FarWork, 'loops'>(workUrl, 'loops', { fresh: true })
    const heard = execute(executor, fresh)
    heard.abort(new DOMException('at once', 'AbortError'))
    expect(await heard.settlement).toMatchObject({ kind: 'threw', error: { message: 'at once' } })
    expect(heard.progress).toEqual([])
  })

  test('end() terminates a thread that loops forever; others continue', async () => {
    const heard = execute(executor, work('loops'))
    await heard.underWay
    const other = execute(executor, work('add'), { a: 2, b: 2 })
    expect(await other.settlement).toEqual({ kind: 'returned', value: 4 })
    heard.abort()
    heard.handle?.end?.()
    await executor.close?.()
    expect(heard.settled).toEqual([])
    expect(await outcome('add', { a: 1, b: 1 })).toEqual({ kind: 'returned', value: 2 })
  })

  test.each([0, 3])('a thread that exits with %p has failed', async (code) => {
    expect(await outcome('exits', { code })).toMatchObject({
      kind: 'threw',
      error: { code: 'GANTRY_EXIT', data: { exitCode: code } },
    })
  })

  test('a thread out of memory has failed', async () => {
    const eats = moduleWork<FarWork, 'eatsMemory'>(workUrl, 'eatsMemory', { maxMemoryMb: 32 })
    expect(await execute(executor, eats).settlement).toMatchObject({
      kind: 'threw',
      error: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
    })
  })

  test('invalid messages of a thread are ignored', async () => {
    warned.length = 0
    expect(await outcome('postsGarbage')).toEqual({ kind: 'returned', value: 'done' })
    expect(warned).toEqual([])
  })

  test('an unhandled rejection, or an error thrown in a timer, fails its run', async () => {
    expect(await outcome('rejectsMeanwhile')).toMatchObject({ error: { message: 'nobody waits for me' } })
    expect(await outcome('throwsMeanwhile')).toMatchObject({ error: { message: 'out of a timer' } })
  })

  test('a rejection after the end is reported with the name of the task', async () => {
    warned.length = 0
    expect(await outcome('leavesRejection', { afterMs: 1 })).toEqual({ kind: 'returned', value: 'returned' })
    // Nothing else runs in the thread meanwhile: it must stay awake by itself.
    while (warned.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(warned[0]).toMatchObject({
      kind: 'unhandled-rejection',
      about: { task: 'far', error: { message: 'left behind' } },
    })
  })

  test('an endless stream of lines is limited, and counted', async () => {
    const heard = execute(executor, work('logsWithoutEnd'), { lines: 20_000 })
    await heard.settlement
    expect(heard.lines.length).toBeLessThan(20_000)
    expect(heard.lines.at(-1)?.[1]).toMatch(/^… \d+ lines dropped/)
  })

  test('one that dies at its start fails its run, and the next may succeed', async () => {
    const other = createThreadExecutor(warn)
    const { NODE_OPTIONS } = process.env
    process.env.NODE_OPTIONS = '--import data:text/javascript,throw%20new%20Error(%22broken%22)'
    const heard = execute(other, work('add'), { a: 1, b: 1 })
    expect(await heard.settlement).toMatchObject({
      kind: 'threw',
      error: { message: expect.stringContaining('broken') },
    })
    process.env.NODE_OPTIONS = NODE_OPTIONS
    await other.close?.()
    const better = execute(other, work('add'), { a: 1, b: 1 })
    expect(await better.settlement).toEqual({ kind: 'returned', value: 2 })
    await other.close?.()
  })

  test('plain functions and unknown exports are a SetupError', async () => {
    expect(await execute(executor, () => 1).settlement).toMatchObject({
      error: { code: 'GANTRY_SETUP', message: expect.stringContaining('moduleWork') },
    })
    expect(await execute(executor, moduleWork(workUrl, 'ad')).settlement).toMatchObject({
      error: { code: 'GANTRY_SETUP', message: expect.stringContaining("Did you mean 'add'?") },
    })
    const value = moduleWork(new URL('./values.ts', workUrl), 'notAFunction')
    expect(await execute(executor, value).settlement).toMatchObject({
      error: { code: 'GANTRY_SETUP', message: expect.stringContaining('a number') },
    })
    const absent = moduleWork(new URL('./absent.js', workUrl), 'x')
    expect(await execute(executor, absent).settlement).toMatchObject({
      error: { code: 'GANTRY_SETUP', message: expect.stringMatching(/tried .*absent\.js and .*absent\.ts/) },
    })
  })

  test('a file that Node cannot read in a thread is a SetupError with advice', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'thread-')), 'work.tsx')
    writeFileSync(path, 'export const work = () => 1')
    expect(await execute(executor, moduleWork(path, 'work')).settlement).toMatchObject({
      error: {
        code: 'GANTRY_SETUP',
        message: expect.stringMatching(/work\.tsx\. Build it to \.js, .*'process'/),
      },
    })
  })

  test('code runs in a separate thread with its args as variables', async () => {
    const settlement = (text: string, args = {}) => execute(executor, code(text), args).settlement
    expect(await settlement('return a + b', { a: 1, b: 2 })).toEqual({ kind: 'returned', value: 3 })
    expect(await settlement('return args["not-a-name"] + args.class', { 'not-a-name': 1, class: 2 })).toEqual(
      {
        kind: 'returned',
        value: 3,
      },
    )
    expect(await settlement('globalThis.left = 1; return typeof globalThis.left')).toMatchObject({
      value: 'number',
    })
    expect(await settlement('return typeof globalThis.left')).toMatchObject({ value: 'undefined' })
    expect(await settlement("return (await import('node:worker_threads')).isMainThread")).toMatchObject({
      value: false,
    })
    expect(await settlement('throw new Error(run.id)')).toMatchObject({ error: { message: 'run-1' } })
    expect(() => code('return (')).toThrow(SyntaxError)
    expect(() => code('return (')).toThrow(/^Cannot use this as code as it must be the body of a function: /)
  })
})
