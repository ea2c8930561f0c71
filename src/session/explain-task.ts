/** Why a task is, or is not, running: its condition, and what stands in the way beside it. */
import { explain, printExplanation } from '../conditions/explain.ts'
import { toDateTime } from '../time/zone.ts'
import type { Reason, TaskExplanation } from './contract.ts'
import type { Core } from './core.ts'
import type { TaskEntry } from './entry.ts'
import type { Launcher } from './launcher.ts'
import type { Slots } from './slots.ts'

/** What knows of obstacles outside conditions. */
export interface ExplainParts {
  readonly launcher: Launcher
  readonly slots: Slots
}

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
  const sentence = summary(core, entry, condition.holds, reasons, condition.changesAt)
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

function summary(
  core: Core,
  entry: TaskEntry,
  holds: boolean,
  reasons: readonly Reason[],
  changesAt: number | null,
): string {
  if (reasons.length > 0) return reasons[0]!.sentence
  if (holds) return 'it is due'
  if (entry.queue.length > 0) return `${entry.queue.length} runs by hand wait for their launch`
  const next =
    changesAt === null ? '' : `; time can next change that ${toDateTime(changesAt, entry.zone).toISO()}`
  return core.isActive ? `its condition does not hold${next}` : 'the session is not running'
}

/** The reasons outside the condition, the strongest first. */
function reasonsOf(core: Core, { launcher, slots }: ExplainParts, entry: TaskEntry): Reason[] {
  const reasons: Reason[] = []
  const say = (kind: Reason['kind'], sentence: string, until: number | null = null): void =>
    void reasons.push({ kind, sentence, until })
  const { state } = core
  if (state === 'stopped') say('stopped', 'the session is stopped')
  else if (state === 'starting' || state === 'restarting') say('starting', 'the session is starting')
  else if (state === 'stopping') say('stopping', 'the session is stopping')
  else if (state === 'held') say('held', 'the session is held: resume() lets tasks launch')
  if (entry.disabled) say('disabled', 'the task is disabled: enable() lets its condition launch it')
  if (entry.definition.options.onStartup === true) say('startup', 'it runs when the session starts')
  if (entry.definition.options.onShutdown === true) say('shutdown', 'it runs when the session stops')
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
    if (obstacle === 'main') say('main', 'main work runs: nothing else launches until it ends')
    if (obstacle === 'relaunch') {
      const waitMs = Math.max(0, entry.relaunchAt - core.clock.monotonic())
      say('relaunch', 'it has just run: the relaunch delay is not over', core.clock.now() + waitMs)
    }
  }
  return reasons
}
