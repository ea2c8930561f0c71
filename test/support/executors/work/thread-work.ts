/** Work for runs in threads. */
import { parentPort, threadId } from 'node:worker_threads'
import { inaction } from '../../../../src/errors/skip-run.ts'
import type { IsolatedRun } from '../../../../src/executors/run-facts.ts'

export const add = ({ a, b }: { a: number; b: number }): number => a + b
export const echo = ({ value }: { value?: unknown }): unknown => value
export const where = (): { thread: number; process: number } => ({ thread: threadId, process: process.pid })

export function fails(): never {
  throw Object.assign(new RangeError('too far'), { code: 'E_FAR' })
}
export function failsWith({ value }: { value?: unknown }): never {
  throw value
}
export const nothing = (): unknown => inaction('nothing new')

export function facts(_: unknown, run: IsolatedRun): unknown {
  run.log.info('hello', { from: run.task.name })
  run.progress(0.5, 'half')
  return {
    id: run.id,
    task: run.task.name,
    startedAt: run.startedAt.toISO(),
    sessionStartedAt: run.session.startedAt?.toISO(),
    dueAt: run.dueAt,
    trigger: run.trigger,
    params: run.params,
  }
}
export const usesSession = (_: unknown, run: IsolatedRun): unknown =>
  (run.session as never as { shutDown(): void }).shutDown()

export async function untilTold(_: unknown, run: IsolatedRun): Promise<never> {
  if (run.trigger === 'manual' && run.task.name !== 'talks') run.progress(0, 'waits')
  const keep = setInterval(() => {}, 1000)
  await new Promise((resolve) => run.signal.addEventListener('abort', resolve, { once: true }))
  clearInterval(keep)
  throw run.signal.reason
}
export function loops(_: unknown, run: IsolatedRun): never {
  run.progress(0, 'loops')
  for (;;);
}
/** Loops without a turn of the event loop until its signal is aborted. */
export function loopsUntilTold(
  { how }: { how: 'throwIfAborted' | 'aborted' | 'reason' },
  run: IsolatedRun,
): unknown {
  const reasons: unknown[] = []
  run.signal.addEventListener('abort', () => reasons.push((run.signal.reason as Error).message))
  run.progress(threadId / 1000, 'loops')
  for (;;) {
    if (how === 'throwIfAborted') run.signal.throwIfAborted()
    else if (how === 'aborted' ? run.signal.aborted : run.signal.reason !== undefined) {
      run.log.info('heard', ...reasons)
      return (run.signal.reason as { code?: unknown }).code
    }
  }
}
export function exits({ code }: { code: number }): Promise<never> {
  process.exit(code)
}
export function eatsMemory(): never {
  const kept: unknown[] = []
  for (;;) kept.push(new Array(100_000).fill(Math.random()))
}
export function postsGarbage(): string {
  for (const garbage of [
    null,
    1,
    'x',
    { type: 'settled' },
    { type: 'settled', settlement: 3 },
    [],
    { type: 'log' },
  ])
    for (let key = 0; key < 300; key++)
      parentPort?.postMessage(key === 0 ? garbage : { key, message: garbage })
  return 'done'
}
export async function leavesRejection({ afterMs }: { afterMs: number }): Promise<string> {
  setTimeout(() => void Promise.reject(new Error('left behind')), afterMs)
  return 'returned'
}
export async function rejectsMeanwhile(): Promise<string> {
  void Promise.reject(new Error('nobody waits for me'))
  await new Promise((resolve) => setTimeout(resolve, 60_000))
  return 'late'
}
export function throwsMeanwhile(): Promise<string> {
  setTimeout(() => {
    throw new Error('out of a timer')
  }, 1)
  return new Promise((resolve) => setTimeout(resolve, 60_000, 'late'))
}
export function logsWithoutEnd({ lines }: { lines: number }, run: IsolatedRun): number {
  for (let n = 0; n < lines; n++) run.log.info(`line ${n}`)
  return lines
}
let calls = 0
export const counts = (): number => ++calls

/** A value that cannot be cloned: an object with methods. */
export const connect = async (run: IsolatedRun) => ({
  ask: (n: number): string => `${run.task.name === 'asks' ? 'far' : run.task.name} ${n}`,
})
export const asksConnection = ({
  there,
  n,
}: {
  there: Awaited<ReturnType<typeof connect>>
  n: number
}): string => there.ask(n)

export async function talksAndWaits(args: unknown, run: IsolatedRun): Promise<never> {
  run.progress(0.25, 'talking')
  run.log.info('one')
  run.log.warn('two', { n: 2 })
  run.log.info('three')
  return untilTold(args, run)
}
