/** Runs of an executor alone, without a session. */
import { readFileSync } from 'node:fs'
import { DateTime } from 'luxon'
import type { Settlement } from '../../../machines/run.machine.ts'
import type { ExecutionHandle, Executor, Warn } from '../../../src/executors/executor.ts'
import type { IsolatedRun } from '../../../src/executors/run-facts.ts'
import { createDeferred } from '../../../src/values/deferred.ts'

/** Makes plain Node load the TypeScript sources from here on, so that workers run the code in `src`. */
export function readTypeScript(): void {
  const loader = new URL('./typescript-loader.mjs', import.meta.url).href
  process.env.NODE_OPTIONS = `--no-warnings --import ${loader}`
}

export const workUrl = new URL('./work/thread-work.ts', import.meta.url)

/** Messages of a run. */
export interface Heard {
  readonly settlement: Promise<Settlement>
  readonly handle: ExecutionHandle | undefined
  readonly lines: unknown[][]
  readonly progress: [number, string | undefined][]
  readonly settled: Settlement[]
  /** Resolves when the work reports that it has started. */
  readonly underWay: Promise<void>
  abort(reason?: unknown): void
}

export interface Warning {
  readonly kind: string
  readonly message: string
  readonly about: Parameters<Warn>[2]
}

/** Collects warnings. */
export function warnings(): { readonly list: Warning[]; readonly warn: Warn } {
  const list: Warning[] = []
  return { list, warn: (kind, message, about) => void list.push({ kind, message, about }) }
}

export function execute(
  executor: Executor,
  work: unknown,
  args: Record<string, unknown> = {},
  about: { readonly params?: Record<string, unknown>; readonly log?: IsolatedRun['log'] } = {},
): Heard {
  const abort = new AbortController()
  const lines: unknown[][] = []
  const progress: [number, string | undefined][] = []
  const settled: Settlement[] = []
  const underWay = createDeferred()
  const line =
    (level: string) =>
    (...data: unknown[]) =>
      void lines.push([level, ...data])
  const at = DateTime.fromISO('2026-03-01T12:00', { zone: 'Europe/Helsinki' })
  const run: IsolatedRun = {
    id: 'run-1',
    task: { name: 'far' },
    session: { startedAt: at },
    startedAt: at,
    dueAt: null,
    period: null,
    trigger: 'manual',
    params: about.params ?? {},
    value: undefined,
    signal: abort.signal,
    log: about.log ?? { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    progress: (fraction, message) => {
      progress.push([fraction, message])
      underWay.resolve()
    },
  }
  let handle: ExecutionHandle | undefined
  const settlement = new Promise<Settlement>((resolve) => {
    const context = { task: 'far', runId: 'run-1', signal: abort.signal, run }
    handle = executor.execute(work, args, context, (settlement) => {
      settled.push(settlement)
      resolve(settlement)
    })
  })
  return {
    settlement,
    handle,
    lines,
    progress,
    settled,
    underWay: underWay.promise,
    abort: (reason) => abort.abort(reason),
  }
}

/** True if a process with that id exists, except for a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Resolves when a process has ended; the test's timeout is the limit. */
export async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 5))
}
