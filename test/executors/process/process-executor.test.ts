import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createProcessExecutor } from '../../../src/executors/process/process-executor.ts'
import { code } from '../../../src/executors/work/code-work.ts'
import { moduleWork } from '../../../src/executors/work/module-work.ts'
import {
  execute,
  isAlive,
  readTypeScript,
  untilGone,
  warnings,
  workUrl,
} from '../../support/executors/far.ts'

type Both = typeof import('../../support/executors/work/thread-work.ts')
type Own = typeof import('../../support/executors/work/process-work.ts')
const ownUrl = new URL('../../support/executors/work/process-work.ts', import.meta.url)
const { list: warned, warn } = warnings()
const executor = createProcessExecutor(warn)

beforeAll(readTypeScript)
afterAll(() => executor.close?.())

const both = (name: keyof Both & string, args: Record<string, unknown> = {}) =>
  execute(executor, moduleWork<Both, typeof name>(workUrl, name), args)
const own = (name: keyof Own & string, args: Record<string, unknown> = {}) =>
  execute(executor, moduleWork<Own, typeof name>(ownUrl, name), args)

describe('createProcessExecutor', () => {
  test('executes work in a separate process, which is gone at the end', async () => {
    const settlement = await own('pid').settlement
    const { value } = settlement as { value: number }
    expect(value).not.toBe(process.pid)
    expect(isAlive(value)).toBe(false)
    expect(await both('add', { a: 1, b: 2 }).settlement).toEqual({ kind: 'returned', value: 3 })
  })

  test('fresh: false keeps the process for the next run', async () => {
    const kept = moduleWork<Own, 'pid'>(ownUrl, 'pid', { fresh: false })
    const first = await execute(executor, kept).settlement
    expect(await execute(executor, kept).settlement).toEqual(first)
    await executor.close?.()
    expect(isAlive((first as { value: number }).value)).toBe(false)
  })

  test('a large result is received completely, although the process has exited', async () => {
    const echo = moduleWork<Both, 'echo'>(workUrl, 'echo')
    for (let n = 0; n < 5; n++) {
      const { settlement } = execute(executor, echo, { value: 'x'.repeat(7_000_000) })
      expect((await settlement).kind).toBe('returned')
    }
  })

  test('throws, inaction, facts, log, progress and the signal work as in a thread', async () => {
    expect(await both('fails').settlement).toMatchObject({
      kind: 'threw',
      error: { name: 'RangeError', code: 'E_FAR' },
    })
    expect(await both('nothing').settlement).toEqual({ kind: 'inaction', reason: 'nothing new' })
    const heard = both('facts')
    expect(await heard.settlement).toMatchObject({ value: { id: 'run-1', task: 'far', trigger: 'manual' } })
    expect(heard.lines).toEqual([['info', 'hello', { from: 'far' }]])
    expect(heard.progress).toEqual([[0.5, 'half']])
    const aborted = both('untilTold')
    await aborted.underWay
    aborted.abort(new DOMException('asked to end', 'AbortError'))
    expect(await aborted.settlement).toMatchObject({ error: { name: 'AbortError', message: 'asked to end' } })
  })

  test.each([0, 1, 3])('a process that exits with %p and no result has failed', async (exitCode) => {
    expect(await both('exits', { code: exitCode }).settlement).toMatchObject({
      kind: 'threw',
      error: { code: 'GANTRY_EXIT', data: { exitCode, exitSignal: null } },
    })
  })

  test('a process that a signal ended has failed', async () => {
    expect(await own('killsItself', { signal: 'SIGKILL' }).settlement).toMatchObject({
      error: { data: { exitCode: null, exitSignal: 'SIGKILL' } },
    })
    expect(await own('killsItself', { signal: 'SIGABRT' }).settlement).toMatchObject({
      error: { data: { exitSignal: 'SIGABRT' } },
    })
  })

  test('processes that a run leaves behind end with it', async () => {
    for (const name of ['leavesGrandchild', 'leavesOrphan'] as const) {
      const { value } = (await own(name).settlement) as { value: number }
      await untilGone(value)
    }
  })

  test('aborted before its process is ready, it never begins', async () => {
    const heard = both('untilTold')
    heard.abort(new DOMException('at once', 'AbortError'))
    expect(await heard.settlement).toMatchObject({ kind: 'threw', error: { message: 'at once' } })
    expect(heard.progress).toEqual([])
    const deaf = own('ignoresSigterm')
    deaf.handle?.end?.()
    await executor.close?.()
    expect(deaf.settled).toEqual([])
  })

  test('end() ends a process that ignores SIGTERM, one that loops, and their descendants', async () => {
    for (const start of [() => own('ignoresSigterm'), () => both('loops')]) {
      const heard = start()
      await heard.underWay
      heard.abort()
      heard.handle?.end?.()
      await executor.close?.()
      expect(heard.settled).toEqual([])
    }
  })

  test('invalid messages on the channel are ignored', async () => {
    expect(await own('postsGarbage').settlement).toEqual({ kind: 'returned', value: 'done' })
    expect(warned).toEqual([])
  })

  test('an unhandled rejection, or an error thrown in a timer, fails its run', async () => {
    expect(await both('rejectsMeanwhile').settlement).toMatchObject({
      error: { message: 'nobody waits for me' },
    })
    expect(await both('throwsMeanwhile').settlement).toMatchObject({ error: { message: 'out of a timer' } })
    expect(warned).toEqual([])
  })

  test('one that dies at its start fails its run, and the next may succeed', async () => {
    const other = createProcessExecutor(warn)
    const { NODE_OPTIONS } = process.env
    process.env.NODE_OPTIONS = '--import data:text/javascript,process.exit(1)'
    const heard = execute(other, moduleWork<Both, 'add'>(workUrl, 'add'), { a: 1, b: 1 })
    expect(await heard.settlement).toMatchObject({
      kind: 'threw',
      error: { code: 'GANTRY_EXIT', data: { exitCode: 1 } },
    })
    process.env.NODE_OPTIONS = NODE_OPTIONS
    await other.close?.()
    const better = execute(other, moduleWork<Both, 'add'>(workUrl, 'add'), { a: 1, b: 1 })
    expect(await better.settlement).toEqual({ kind: 'returned', value: 2 })
    await other.close?.()
  })

  test('plain functions and missing modules are a SetupError', async () => {
    expect(await execute(executor, () => 1).settlement).toMatchObject({ error: { code: 'GANTRY_SETUP' } })
    const absent = moduleWork(new URL('./absent.js', workUrl), 'x')
    expect(await execute(executor, absent).settlement).toMatchObject({ error: { code: 'GANTRY_SETUP' } })
  })

  test('code runs in a new process', async () => {
    const settlement = await execute(executor, code('return [a + b, process.pid]'), { a: 1, b: 2 }).settlement
    expect(settlement).toMatchObject({ kind: 'returned', value: [3, expect.any(Number)] })
    expect((settlement as { value: number[] }).value[1]).not.toBe(process.pid)
  })
})
