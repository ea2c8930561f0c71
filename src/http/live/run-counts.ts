/** Counters of runs by task since the session started, including runs from before this listener. */
import type { Outcome, RunRecord, Session } from '../../app/index.ts'

export const outcomes: readonly Outcome[] = ['success', 'fail', 'terminate', 'inaction', 'crash']

/** The counts of one task. */
export interface RunCount {
  started: number
  missed: number
  readonly ended: Record<Outcome, number>
  /** Number of runs with a known duration. */
  count: number
  /** Sum of these durations, in ms. */
  ms: number
}

/** Maximum number of separate series. Further tasks are counted together, so that generated names cannot fill a time-series database. */
const maxTasks = 1_000
/** Label of the remaining tasks. It reveals no task name. */
const others = '(other)'

export class RunCounts {
  readonly #session: Session
  readonly #byTask = new Map<string, RunCount>()
  readonly #startedAt = new Map<string, number>()
  readonly #undos: readonly (() => void)[]
  /** Events received while the log was still being read; null once it is read. */
  #seen: Set<string> | null = new Set()
  #reading: Promise<void> | null = null

  constructor(session: Session) {
    this.#session = session
    this.#undos = [
      session.on('run.started', ({ task, runId, at }) => {
        this.#startedAt.set(keyOf(task, runId), at)
        this.#seen?.add(`run ${keyOf(task, runId)}`)
        this.#of(task).started += 1
      }),
      session.on('run.ended', ({ task, runId, action, at }) => {
        this.#seen?.add(`${action} ${keyOf(task, runId)}`)
        const startedAt = this.#startedAt.get(keyOf(task, runId))
        this.#startedAt.delete(keyOf(task, runId))
        this.#end(task, action, startedAt === undefined ? null : at - startedAt)
      }),
      session.on('run.missed', ({ task, dueAt }) => {
        this.#seen?.add(`missed ${task} ${dueAt}`)
        this.#of(task).missed += 1
      }),
    ]
    // Runs that are already live are known to the log only.
    if (session.startedAt === null) this.#seen = null
    else this.#reading = this.#read(session.startedAt.toMillis()).catch(() => {})
  }

  /** Resolves once earlier runs are counted, too. */
  async ready(): Promise<void> {
    await this.#reading
  }

  /** Names of the tasks with separate counts. */
  tasks(): string[] {
    return [...this.#byTask.keys()].filter((name) => name !== others)
  }

  /** The counts of tasks. @param withOthers - Includes the common count of the remaining tasks. */
  shown(isShown: (task: string) => boolean, withOthers: boolean): [string, RunCount][] {
    return [...this.#byTask].filter(([task]) => (task === others ? withOthers : isShown(task)))
  }

  close(): void {
    for (const undo of this.#undos) undo()
  }

  async #read(since: number): Promise<void> {
    const { log } = this.#session
    const missed = await log.notes({ note: 'missed' })
    for await (const record of log.stream({ since })) this.#take(record)
    for (const { task, at, data } of missed) {
      const dueAt = (data as { dueAt?: unknown } | undefined)?.dueAt
      if (at >= since && task !== undefined && this.#seen?.has(`missed ${task} ${String(dueAt)}`) !== true)
        this.#of(task).missed += 1
    }
    this.#seen = null
  }

  #take({ task, runId, action, runtimeMs, start }: RunRecord): void {
    if (this.#seen?.has(`${action} ${keyOf(task, runId)}`) === true) return
    if (action !== 'run') return this.#end(task, action, runtimeMs ?? null)
    this.#of(task).started += 1
    if (start !== undefined && this.#session.runs().some((run) => run.id === runId && run.task === task))
      this.#startedAt.set(keyOf(task, runId), start)
  }

  #end(task: string, outcome: Outcome, ms: number | null): void {
    const counts = this.#of(task)
    counts.ended[outcome] += 1
    if (ms === null) return
    counts.count += 1
    counts.ms += Math.max(0, ms)
  }

  #of(task: string): RunCount {
    const name = this.#byTask.has(task) || this.#byTask.size < maxTasks ? task : others
    let counts = this.#byTask.get(name)
    if (counts === undefined) {
      const ended = { success: 0, fail: 0, terminate: 0, inaction: 0, crash: 0 }
      this.#byTask.set(name, (counts = { started: 0, missed: 0, ended, count: 0, ms: 0 }))
    }
    return counts
  }
}

/** Key of a run; different tasks may use the same run id. */
function keyOf(task: string, runId: string): string {
  return JSON.stringify([task, runId])
}
