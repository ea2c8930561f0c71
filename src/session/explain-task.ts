/** Why a task is, or is not, running: its condition, and what stands in the way beside it. */
import { blockersIn, type Explanation, explain, printExplanation } from '../conditions/explain.ts'
import { showTime } from '../conditions/sentences.ts'
import type { Core } from './core.ts'
import type { TaskEntry } from './entry.ts'
import type { Launcher } from './launcher.ts'
import type { Slots } from './slots.ts'
import type { Reason, TaskExplanation } from './task-types.ts'

/** What knows of obstacles outside conditions. */
export interface ExplainParts {
  readonly launcher: Launcher
  readonly slots: Slots
}

/** More blockers than this in one sentence are not read; the tree has them all. */
const maxBlockers = 3

/** Explains a task at the clock's now. */
export function explainTask(
  core: Core,
  { launcher, slots }: ExplainParts,
  entry: TaskEntry,
): TaskExplanation {
  const at = core.clock.now()
  const condition = explain(entry.definition.start.node, core.factsOf(entry))
  const reasons = reasonsOf(core, { launcher, slots }, entry)
  const isDue = condition.holds && reasons.length === 0
  const sentence = summary(entry, condition, reasons)
  return {
    task: entry.name,
    at,
    isDue,
    sentence,
    reasons,
    condition,
    toString() {
      const lines = [`${entry.name}: ${sentence}`]
      for (const reason of reasons) lines.push(`  ! ${reason.sentence}`)
      lines.push(printExplanation(condition, entry.zone, '  '))
      return lines.join('\n')
    },
  }
}

function summary(entry: TaskEntry, condition: Explanation, reasons: readonly Reason[]): string {
  if (reasons.length > 0) return reasons[0]!.sentence
  if (condition.holds) return 'it is due'
  if (entry.queue.length > 0) return `${entry.queue.length} runs by hand wait for their launch`
  const { changesAt } = condition
  const next = changesAt === null ? '' : `; time can next change that at ${showTime(changesAt, entry.zone)}`
  return `its condition does not hold: ${blockersIn(condition).slice(0, maxBlockers).join('; ')}${next}`
}

/** The reasons outside the condition, the strongest first. */
function reasonsOf(core: Core, { launcher, slots }: ExplainParts, entry: TaskEntry): Reason[] {
  const reasons: Reason[] = []
  const say = (kind: Reason['kind'], sentence: string, until: number | null = null): void =>
    void reasons.push({ kind, sentence, until })
  const { state } = core
  if (entry.isRemoved) say('removed', 'the task was removed from the session')
  if (state === 'stopped') say('stopped', 'the session is stopped')
  else if (state === 'starting' || state === 'restarting') say('starting', 'the session is starting')
  else if (state === 'stopping') say('stopping', 'the session is stopping')
  else if (state === 'held') say('held', 'the session is held: resume() lets tasks launch')
  if (entry.disabled) say('disabled', 'the task is disabled: enable() lets its condition launch it')
  if (entry.definition.options.onStartup === true) say('startup', 'it runs when the session starts')
  if (entry.definition.options.onShutdown === true) say('shutdown', 'it runs when the session stops')
  if (entry.neverHolds !== null)
    say('never-holds', `it can never start by its condition: ${entry.neverHolds}`)
  if (!launcher.hasRoom(entry)) {
    const ids = entry.live.map((slot) => slot.runId).join(', ')
    say('running', `it is running${ids === '' ? ': a run of the task it replaces lives' : ` (${ids})`}`)
  } else {
    const obstacle = launcher.obstacleOf(entry)
    const shortage = obstacle === 'slot' ? slots.shortageOf(entry) : null
    if (shortage !== null) {
      const { untilMono } = shortage
      const until = untilMono === null ? null : core.clock.now() + untilMono - core.clock.monotonic()
      say('slot', shortage.sentence, until)
    }
    if (obstacle === 'log')
      say(
        'log',
        `the run log cannot be written, so nothing launches: ${core.logHealth.reason?.message ?? 'it does not answer'}`,
      )
    if (obstacle === 'main') say('main', 'main work runs: nothing else launches until it ends')
    if (obstacle === 'relaunch') {
      const waitMs = Math.max(0, entry.relaunchAt - core.clock.monotonic())
      say('relaunch', 'it has just run: the relaunch delay is not over', core.clock.now() + waitMs)
    }
  }
  return reasons
}
