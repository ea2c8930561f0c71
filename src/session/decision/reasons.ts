/**
 * The obstacles to a launch other than the condition, as sentences that require no knowledge of the session's internals.
 */
import { showAge, showCount, showLength, showTime } from '../../conditions/explain/show-time.ts'
import type { Executor } from '../../executors/executor.ts'
import type { Reason } from '../api/explanation.ts'
import type { RunSlot, TaskEntry } from '../state/task-state.ts'
import type { DecisionDeps, Obstacle } from './decision.ts'
import { launchLimitOf } from './limits.ts'

export interface ReasonDeps extends DecisionDeps {
  readonly executors: ReadonlyMap<string, Executor>
}

/** The obstacle as a reason. */
export function reasonOf(kind: Exclude<Obstacle, 'condition'>, deps: ReasonDeps, entry: TaskEntry): Reason {
  return { kind, ...sayings[kind](deps, entry) }
}

type Saying = (deps: ReasonDeps, entry: TaskEntry) => Omit<Reason, 'kind'>

/** A reason that time alone does not remove. */
const open = (sentence: string): Omit<Reason, 'kind'> => ({ sentence, until: null })

const sayings: Readonly<Record<Exclude<Obstacle, 'condition'>, Saying>> = {
  removed: () => open('the task was removed from the session'),
  stopped: () => open('the session is stopped: start() lets tasks launch'),
  stopping: () => open('the session is stopping: nothing launches until it is started again'),
  starting: () => open('the session is starting: tasks launch once it runs'),
  'not chosen': ({ selection }) =>
    open(
      `the task is not chosen: session.run() started the session for ${listOf(selection.only ?? [])} alone`,
    ),
  startup: () => open('the task runs only when the session starts (onStartup), or manually'),
  shutdown: () => open('the task runs only when the session shuts down (onShutdown), or manually'),
  disabled: () => open('the task is disabled: enable() lets its condition launch it'),
  held: () => open('the session is held: resume() lets tasks launch'),
  log: ({ runLog }) =>
    open(
      `the run log cannot be written, so nothing launches: ${runLog.health.reason?.message ?? 'it does not answer'}`,
    ),
  running: (deps, entry) => open(sayRunning(deps, entry)),
  main: (deps) => open(`main work is running (${mainTasksOf(deps)}): nothing else launches until it ends`),
  slot: ({ clock, slots }, entry) => {
    const shortage = slots.shortageOf(entry)
    if (shortage === null) return open('a place for it has just become free')
    const { untilMono } = shortage
    if (untilMono === null) return open(shortage.sentence)
    const until = clock.now() + untilMono - clock.monotonic()
    return {
      sentence: `${shortage.sentence}: the next start is allowed at ${showTime(until, entry.zone, clock.now())}`,
      until,
    }
  },
  relaunch: ({ clock }, { facts }) => {
    const waitMs = Math.max(0, (facts.relaunchAt ?? 0) - clock.monotonic())
    return {
      sentence: `the condition still holds after the last run, and the relaunch delay is not over: ${showLength(waitMs)} left`,
      until: clock.now() + waitMs,
    }
  },
}

function sayRunning(deps: ReasonDeps, entry: TaskEntry): string {
  const now = deps.clock.now()
  const show = (at: number): string => showTime(at, entry.zone, now)
  const { live, name } = entry
  const limit = launchLimitOf(deps.configuration, entry)
  if (live.length === 0)
    return `a run of the removed task '${name}' is still live: this one waits for its end`
  if (limit > 1)
    return `${live.length} runs of task '${name}' are live, and ${limit} is the limit (concurrency)`
  const slot = live.first!
  const state = slot.actor.getSnapshot().value
  if (state === 'starting')
    return `a run of task '${name}' was launched at ${show(slot.startedAt)} and waits for the run log to record its start`
  const ageMs = Math.max(0, deps.clock.monotonic() - slot.startedMono)
  const since = `since ${show(slot.startedAt)}${ageMs < 1000 ? '' : ` (for ${showAge(ageMs)})`}`
  if (state === 'terminating') {
    const { reason } = slot.actor.getSnapshot().context
    return `task '${name}' is running ${since} and was asked to end: ${reason ?? 'asked'}`
  }
  return `task '${name}' is running ${since}`
}

function mainTasksOf(deps: ReasonDeps): string {
  const isMain = (slot: RunSlot): boolean => deps.executors.get(slot.execution)?.isExclusive === true
  return listOf(
    [...deps.registry.byId.values()].filter((entry) => entry.live.some(isMain)).map(({ name }) => name),
  )
}

/** A list of names: `'a', 'b' and 3 others`. */
function listOf(names: Iterable<string>): string {
  const all = [...names]
  const shown = all.slice(0, 3).map((name) => `'${name}'`)
  if (all.length > shown.length)
    return `${shown.join(', ')} and ${showCount(all.length - shown.length, 'other')}`
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}
