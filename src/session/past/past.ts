/** Past moments of a session: `task.explainAt()` and `session.at()`. */
import type { Clock } from '../../clock/clock.ts'
import type { Condition } from '../../conditions/condition.ts'
import { showTime } from '../../conditions/explain/show-time.ts'
import { TaskNotFoundError } from '../../errors/errors.ts'
import { near } from '../../errors/suggest.ts'
import { type TaskName, toTaskName } from '../../task-ref.ts'
import { type Instant, toDateTime, toInstant } from '../../time/zone/zone.ts'
import { redacted } from '../../values/secrets.ts'
import type { PastExplanation } from '../api/explanation.ts'
import type { PastMoment, PastTask } from '../api/past.ts'
import { explainTask } from '../decision/explain-task.ts'
import { combine, explanationWithout } from './combine.ts'
import { newestOf, readHistory } from './history.ts'
import { CurrentImages, type ImageDeps, maskedWhy } from './images.ts'
import type { ChangeJournal } from './journal.ts'
import { type PastState, type Reached, reach } from './reach.ts'
import { SessionThen, type SessionThenDeps } from './session-then.ts'
import { taskThen } from './tasks-then.ts'
import { combinations, isOutside, maxUnknown } from './unknown-parts.ts'

export interface PastDeps extends ImageDeps, SessionThenDeps {
  readonly clock: Clock
  readonly journal: ChangeJournal
}

export class Past {
  readonly #deps: PastDeps

  constructor(deps: PastDeps) {
    this.#deps = deps
  }

  /** Explains a task at an instant. Rejects with a `TypeError` or a `RangeError` for an instant that is invalid or in the future. */
  async explain(name: string, instant: Instant): Promise<PastExplanation> {
    const { configuration, registry } = this.#deps
    const zone = registry.entries.get(name)?.zone ?? configuration.settings.timezone
    const at = this.#instant(`Cannot explain task '${name}'`, instant, zone)
    return this.#explainIn(name, at, await this.#reach(at))
  }

  /** The session at an instant. Rejects as {@link explain} does. */
  async at(instant: Instant): Promise<PastMoment> {
    const { configuration } = this.#deps
    const at = this.#instant('Cannot show the session', instant, configuration.settings.timezone)
    const reached = await this.#reach(at)
    const state = reached.kind === 'state' ? reached.state : null
    const zone = state?.session.settings.timezone ?? configuration.settings.timezone
    return {
      at: toDateTime(at, zone),
      state: state?.session.state ?? (reached.kind === 'unknown' ? null : 'stopped'),
      unknown: reached.kind === 'unknown' ? [reached.why] : state === null ? [] : unknownParams(state),
      params: state === null ? {} : paramsOf(state),
      tasks: state === null ? [] : await this.#tasks(state),
      explain: async (task: TaskName) => {
        const name = toTaskName(task)
        this.#checkName(name, state)
        return this.#explainIn(name, at, reached)
      },
    }
  }

  #instant(act: string, instant: Instant, zone: string): number {
    let at: number
    try {
      at = toInstant(instant, zone)
    } catch (error) {
      if (error instanceof Error) error.message = `${act} at a past instant: ${error.message}`
      throw error
    }
    const now = this.#deps.clock.now()
    if (at <= now) return at
    const iso = (each: number): string => toDateTime(each, zone).toISO()!
    throw new RangeError(
      `${act} at a future instant as the log has the past only: ${iso(at)}, and it is ${iso(now)}. Use session.forecast() for the future.`,
    )
  }

  #checkName(name: string, state: PastState | null): void {
    const { registry } = this.#deps
    const then = state?.tasks.names() ?? []
    if (registry.entries.has(name) || then.includes(name)) return
    throw new TaskNotFoundError(name, near(name, new Set([...registry.entries.keys(), ...then])))
  }

  #reach(at: number): Promise<Reached> {
    const { clock, configuration, journal, registry, params, runLog } = this.#deps
    const { timezone } = configuration.settings
    return reach(
      {
        registry,
        params,
        journal: journal.state,
        images: new CurrentImages(this.#deps),
        log: runLog.current,
        show: (each) => showTime(each, timezone, clock.now()),
      },
      at,
    )
  }

  async #explainIn(name: string, at: number, reached: Reached): Promise<PastExplanation> {
    if (reached.kind === 'unknown') return explanationWithout(name, at, { why: reached.why })
    if (reached.kind === 'not running') {
      const { sentence } = reached
      return explanationWithout(name, at, { blocker: { kind: 'stopped', sentence, until: null } })
    }
    const { state } = reached
    const task = taskThen(this.#deps, state, name)
    if (task === null) {
      const sentence = `there was no task '${name}' in the session`
      return explanationWithout(name, at, { blocker: { kind: 'removed', sentence, until: null } })
    }
    const then = new SessionThen(this.#deps, state, name, task)
    await then.read()
    const parts = then.unknown()
    const { start, end } = task.definition
    const unknown = parts.size > maxUnknown ? collapsed(parts, start, end) : parts
    const explained = combinations(unknown.keys()).map((assumed) => {
      const { deps, entry } = then.with(assumed)
      return { assumed, explanation: explainTask(deps, entry) }
    })
    return combine({ explained, unknown, node: start.node, zone: task.zone })
  }

  async #tasks(state: PastState): Promise<readonly PastTask[]> {
    const log = this.#deps.runLog.current
    const tasks: PastTask[] = []
    for (const name of state.tasks.names()) {
      const image = state.tasks.get(name)
      if (image === null) continue
      const { entries, live } = await readHistory(log, state, [name])
      const { outcome } = newestOf(entries, name)
      const ended = outcome === 'fail' || outcome === 'crash' ? 'failed' : 'idle'
      tasks.push({
        name,
        state: live.length > 0 ? 'running' : ended,
        disabled: image.disabled === true,
        start: image.start,
        priority: image.priority ?? 0,
        live: live.length,
      })
    }
    return tasks
  }
}

/** Too many parts to combine: the whole conditions count as unknown. */
function collapsed(
  parts: ReadonlyMap<string, string>,
  ...conditions: readonly (Condition | null)[]
): ReadonlyMap<string, string> {
  const outside = [...parts].filter(([part]) => isOutside(part))
  const why = [...parts].flatMap(([part, reason]) => (isOutside(part) ? [] : [reason])).join('; ')
  const whole = conditions.flatMap((each) => (each === null ? [] : [[String(each), why] as const]))
  return new Map([...outside, ...whole])
}

function paramsOf({ params }: PastState): Readonly<Record<string, unknown>> {
  const valueThen = (name: string): unknown => {
    const image = params.get(name)
    if (image === null) return undefined
    if ('why' in image) return image.why === maskedWhy ? redacted : undefined
    return image.value
  }
  return Object.fromEntries(params.names().map((name) => [name, valueThen(name)]))
}

function unknownParams({ params }: PastState): readonly string[] {
  return params.names().flatMap((name) => {
    const image = params.get(name)
    return image !== null && 'why' in image ? [`the value of param '${name}': ${image.why}`] : []
  })
}
