/** Images of the session as it is now, for notes. Secrets are masked in them. */
import type { Clock } from '../../clock/clock.ts'
import { toJsonSafe } from '../../values/json-copy.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import type { Params } from '../api/session-parts.ts'
import type { Execution } from '../api/task-options.ts'
import { canRecord } from '../decision/limits.ts'
import type { Configuration } from '../options/configuration.ts'
import type { Settings } from '../options/settings.ts'
import { executionOfWork } from '../runs/capacity.ts'
import type { Registry } from '../state/registry.ts'
import type { RunLog } from '../state/run-log.ts'
import type { Selection } from '../state/selection.ts'
import type { TaskDefinition } from '../state/task-state.ts'
import type { Uptime } from '../state/uptime.ts'
import { livedAt } from './lived.ts'
import type { ParamImage, SessionImage, SettingsImage, TaskImage } from './notes.ts'

/** The parts of a session that images show. */
export interface ImageDeps {
  readonly clock: Clock
  readonly configuration: Configuration
  readonly registry: Registry
  readonly params: Params
  readonly sessionActor: SessionActor
  readonly selection: Selection
  readonly uptime: Uptime
  readonly runLog: RunLog
}

export class CurrentImages {
  readonly #deps: ImageDeps

  constructor(deps: ImageDeps) {
    this.#deps = deps
  }

  /** The image of a task; null if there is none. */
  task(name: string): TaskImage | null {
    const entry = this.#deps.registry.entries.get(name)
    return entry === undefined ? null : this.taskWith(entry.definition, entry.disabled)
  }

  taskWith({ start, end, options, work }: TaskDefinition, isDisabled: boolean): TaskImage {
    const { priority, concurrency, pool, timezone, onStartup, onShutdown } = options
    const execution = this.#executionOf(work, options.execution)
    const role = onStartup === true ? 'startup' : onShutdown === true ? 'shutdown' : null
    return {
      start: this.#masked(String(start)),
      ...(end === null ? {} : { end: this.#masked(String(end)) }),
      ...(isDisabled ? { disabled: true } : {}),
      ...(execution === undefined ? {} : { execution }),
      ...(priority === undefined ? {} : { priority }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(pool === undefined ? {} : { pool }),
      ...(timezone === undefined ? {} : { timezone }),
      ...(role === null ? {} : { role }),
    }
  }

  /** The execution that the task or the kind of its work determines; undefined: that of the session. */
  #executionOf(work: unknown, own: Execution | undefined): Execution | undefined {
    const wanted = own ?? this.#deps.configuration.settings.execution
    const execution = executionOfWork(work, wanted)
    return execution === wanted ? own : execution
  }

  /** The image of a param; null if there is none. */
  param(name: string): ParamImage | null {
    const { params, runLog, configuration } = this.#deps
    if (!params.has(name)) return null
    const copy = toJsonSafe(params.get(name), configuration.options.log?.maxValueSize)
    if (!copy.kept) return { why: copy.why }
    const { redactor } = runLog
    const isMasked = redactor !== undefined && redactor.named(name, copy.value) !== copy.value
    return isMasked ? { why: maskedWhy } : { value: copy.value }
  }

  session(clockSets: SessionImage['clockSets']): SessionImage {
    const { clock, configuration, sessionActor, selection, uptime, runLog } = this.#deps
    const { only } = selection
    const { startedMono } = uptime
    const ageMs = startedMono === null ? null : clock.monotonic() - startedMono
    const reason = runLog.health.reason?.message ?? 'it does not answer'
    return {
      state: sessionActor.state,
      startedAt: ageMs === null ? null : livedAt(clock.now(), clockSets) - ageMs,
      only: only === null ? null : [...only],
      logDown: canRecord(runLog) ? null : reason,
      clockSets,
      settings: settingsImage(configuration.settings),
    }
  }

  /** A statement with its secrets masked. */
  #masked(statement: string): string {
    return this.#deps.runLog.redactor?.text(statement) ?? statement
  }
}

/** The reason why the value of a param is not in the log. */
export const maskedWhy = 'it is a secret, which the log masks'

function settingsImage(settings: Settings): SettingsImage {
  const { timezone, execution, relaunchDelayMs, concurrency, maxProcesses, maxThreads, pools } = settings
  const limits = [...pools].map(([name, { limit, starts, perMs }]) => [
    name,
    { limit: toJsonNumber(limit), ...(starts === undefined ? {} : { starts }), perMs },
  ])
  return {
    timezone,
    execution,
    relaunchDelayMs,
    concurrency: toJsonNumber(concurrency) ?? Number.MAX_SAFE_INTEGER,
    maxProcesses,
    maxThreads,
    pools: Object.fromEntries(limits),
  }
}

/** JSON has no Infinity. */
function toJsonNumber(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
