/** The notes of workflows in the run log: the state in which a run continues, and the steps that it has taken. */
import type { Clock } from '../../clock/clock.ts'
import { toErrorData } from '../../errors/error-data.ts'
import { toJsonSafe } from '../../values/json-copy.ts'
import type { WorkflowState } from '../../workflow/state.ts'
import type { Transition } from '../../workflow/steps.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { RunLog } from '../state/run-log.ts'
import { storeNote } from '../state/store-note.ts'

/** The maximum number of stored steps per run. */
const maxSteps = 1_000
/** The maximum size of a stored event, and of a context, in characters of JSON. */
const maxEventSize = 4_096
const maxContextSize = 16_384

export interface WorkflowNotesDeps {
  readonly clock: Clock
  readonly reporter: Reporter
  readonly runLog: RunLog
}

/** A run whose notes are written. */
interface About {
  readonly task: string
  readonly runId: string
}

/** Writes the notes of one run. */
export class WorkflowNotes {
  readonly #deps: WorkflowNotesDeps
  readonly #about: About
  #steps: unknown[] = []
  #count = 0

  constructor(deps: WorkflowNotesDeps, about: About) {
    this.#deps = deps
    this.#about = about
  }

  /** Stores a state durably. */
  keep(state: WorkflowState): void | Promise<void> {
    const { clock, runLog } = this.#deps
    const { durable } = runLog.current.note({
      ...this.#about,
      note: 'workflow',
      at: clock.now(),
      data: state,
    })
    if (durable instanceof Promise) clock.busy?.(durable)
    return durable
  }

  /** Stores a step; those of one turn of the event loop share a note. */
  add(step: Transition): void {
    if (this.#count > maxSteps) return
    this.#count += 1
    if (this.#steps.length === 0) queueMicrotask(() => this.#write())
    this.#steps.push(
      this.#count > maxSteps ? { at: step.at, omitted: 'further steps are not stored' } : toData(step),
    )
  }

  #write(): void {
    const { clock, reporter, runLog } = this.#deps
    const data = this.#steps
    this.#steps = []
    if (runLog.isClosed) return
    storeNote(this.#deps, { ...this.#about, note: 'steps', at: clock.now(), data }, (error) =>
      reporter.fail('log', `Steps of a workflow of task '${this.#about.task}' could not be stored.`, {
        task: this.#about.task,
        error,
      }),
    )
  }
}

/** A step as data: values that JSON cannot carry are left out. */
function toData({ event, context, ...step }: Transition): unknown {
  const { type, ...payload } = event as { readonly type: string; readonly error?: unknown }
  const carried = payload.error === undefined ? payload : { ...payload, error: toErrorData(payload.error) }
  const copy = toJsonSafe(carried, maxEventSize)
  const shown = toJsonSafe(context, maxContextSize)
  return {
    ...step,
    event: copy.kept ? { type, ...(copy.value as object) } : { type },
    ...(shown.kept && shown.value !== undefined ? { context: shown.value } : {}),
  }
}
