/**
 * The worker side of an isolated run: executes an order in a thread or a process, and reports the result. Loaded only there; it
 * does not depend on sessions.
 */
import { inspect } from 'node:util'
import { SetupError } from '../../errors/errors.ts'
import type { SkipRun } from '../../errors/skip-run.ts'
import { toDateTime } from '../../time/zone/zone.ts'
import { currentRun } from '../current-run.ts'
import { isInaction } from '../inaction.ts'
import { checkProgress, type IsolatedRun, type LogLevel, type RunFacts } from '../run-facts.ts'
import { compileCode } from '../work/code-work.ts'
import { loadExportOnce } from '../work/load-export.ts'
import { makeArgs } from '../work/module-arg.ts'
import { cloneProblemIn, type Realm } from './cloneable.ts'
import { LogRateLimit } from './log-rate-limit.ts'
import { type ClonedSettlement, type FromWorker, toClonedError, type WorkerOrder } from './protocol.ts'

/** The realm of this code, and the channel to the session. */
export interface WorkerChannel {
  readonly realm: Realm
  readonly signal: AbortSignal
  send(message: FromWorker): void
}

/** Executes one order. Resolves to exactly one settlement and never rejects. */
export function runIsolated(order: WorkerOrder, channel: WorkerChannel): Promise<ClonedSettlement> {
  const { facts } = order
  const limit = new LogRateLimit()
  let isOver = false
  return new Promise<ClonedSettlement>((resolve) => {
    const threw = (error: unknown): void =>
      resolve(
        isInaction(error)
          ? inactionOf(error)
          : { kind: 'threw', thrown: toClonedError(error, channel.realm) },
      )
    const onUnhandled = (error: unknown): void => {
      if (!isOver) return threw(error)
      channel.send({ type: 'stray', task: facts.task, error: toClonedError(error, channel.realm) })
    }
    const inside = { task: facts.task, runId: facts.id, onUnhandled }
    const execute = async (): Promise<unknown> => {
      const run = toIsolatedRun(facts, channel, limit)
      const work = await loadWork(order)
      const { args, makers } = order
      return await work(makers === undefined ? args : await makeArgs(args, makers, run), run)
    }
    currentRun.run(inside, execute).then((value) => resolve(returned(value, order, channel.realm)), threw)
  }).finally(() => {
    isOver = true
    const dropped = limit.takeDropped()
    if (dropped !== null) channel.send({ type: 'log', level: 'warn', data: [dropped] })
  })
}

type IsolatedWork = (args: unknown, run: IsolatedRun) => unknown

async function loadWork({ work, args, makers }: WorkerOrder): Promise<IsolatedWork> {
  return work.kind === 'module'
    ? ((await loadExportOnce(work.url, work.name)) as IsolatedWork)
    : compileCode(work.text, Object.keys({ ...args, ...makers }))
}

function returned(value: unknown, { work }: WorkerOrder, realm: Realm): ClonedSettlement {
  if (isInaction(value)) return inactionOf(value)
  const problem = cloneProblemIn(value, 'return', realm, work.kind === 'module' ? work.maxSize : undefined)
  if (problem === null) return { kind: 'returned', value }
  const error = new SetupError(
    `Cannot return this value from a ${realm} as ${problem.rule}: ${problem.found}. Return plain data, or write it to a file and return its path.`,
  )
  return { kind: 'threw', thrown: toClonedError(error, realm) }
}

function inactionOf({ reason }: SkipRun): ClonedSettlement {
  return reason === undefined ? { kind: 'inaction' } : { kind: 'inaction', reason: String(reason) }
}

/** The run as the work sees it in a worker. */
function toIsolatedRun(facts: RunFacts, channel: WorkerChannel, limit: LogRateLimit): IsolatedRun {
  const time = (at: number) => toDateTime(at, facts.zone)
  const log = (level: LogLevel) => {
    return (...data: unknown[]): void => {
      if (!limit.admits()) return
      const dropped = limit.takeDropped()
      if (dropped !== null) channel.send({ type: 'log', level: 'warn', data: [dropped] })
      channel.send({ type: 'log', level, data: data.map((each) => toLogged(each, channel.realm)) })
    }
  }
  // Times are created on first access: most work reads none.
  return Object.freeze({
    id: facts.id,
    task: onlyFacts('task', channel.realm, { name: facts.task }),
    session: onlyFacts('session', channel.realm, {
      get startedAt() {
        return facts.sessionStartedAt === null ? null : time(facts.sessionStartedAt)
      },
    }),
    get startedAt() {
      return time(facts.startedAt)
    },
    get dueAt() {
      return facts.dueAt === null ? null : time(facts.dueAt)
    },
    get period() {
      const { period } = facts
      return period === null ? null : { start: time(period.start), end: time(period.end) }
    },
    trigger: facts.trigger,
    params: facts.params,
    value: facts.value,
    signal: channel.signal,
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    progress: (fraction: number, message?: string) => {
      checkProgress(fraction)
      const text = message === undefined ? {} : { message: String(message).slice(0, 1000) }
      channel.send({ type: 'progress', progress: fraction, ...text })
    },
  })
}

/** Wraps facts so that access to other members throws: `run.session.shutDown is not a function` would explain nothing. */
function onlyFacts<F extends object>(what: string, realm: Realm, facts: F): F {
  return new Proxy(Object.freeze(facts), {
    get(target, key) {
      if (typeof key === 'symbol' || key in target || key === 'then' || key === 'toJSON')
        return Reflect.get(target, key)
      throw new SetupError(
        `Cannot use run.${what}.${key} in a ${realm} as only facts of the ${what} are available there: ${Object.keys(target).join(', ')}. ` +
          `Pass it as an arg, or execute the task as 'async' or 'main'.`,
      )
    },
  })
}

const maxLogged = 8192

/** A part of a log line in cloneable form: data unchanged, all else as text. */
function toLogged(part: unknown, realm: Realm): unknown {
  if (typeof part === 'string') return part.length > maxLogged ? `${part.slice(0, maxLogged)}…` : part
  if (cloneProblemIn(part, '', realm, maxLogged * 4) === null) return part
  try {
    return inspect(part, { maxStringLength: 1000, maxArrayLength: 50 }).slice(0, maxLogged)
  } catch {
    return 'a value that cannot be shown'
  }
}
