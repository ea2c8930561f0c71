/** Parser of `sessions` rows: the scenario to play. Unknown input makes the row unsupported. */
import type { Action } from '../../../machines/protocol.ts'
import { Condition, condition, type SessionOptions, type Start } from '../../../src/index.ts'
import { nodeOfTree, type Tree } from '../conditions/condition-tree.ts'
import { readExpression } from '../python-expression.ts'
import type { Row } from '../time/time-rules.ts'
import { checkFields, Unsupported } from '../unsupported.ts'

/** Result of a run. */
export type Result = 'success' | 'fail' | 'inaction' | 'terminate'

/** A task of a scenario. */
export interface ScenarioTask {
  readonly name: string
  readonly start: Start
  readonly end: Start | undefined
  readonly execution: 'main' | 'async'
  readonly priority: number
  /** One result per run; the last one repeats. */
  readonly outcomes: readonly Result[]
  /** Time that a run adds to the clock. */
  readonly durationMs: number
  /** Number of turns of the loop that async work takes; each cycle has one. */
  readonly yields: number
  readonly timeout: string | undefined
  readonly onStartup: boolean
  readonly onShutdown: boolean
  readonly disabled: boolean
  readonly permanent: boolean
  readonly multilaunch: boolean | undefined
  /** Number of manual runs before the start. */
  readonly requested: number
  /** Actions of its work on the session: `shut_down`, `run:other`. */
  readonly does: readonly (readonly [verb: string, task: string | undefined])[]
}

/** The scenario to play. */
export interface Scenario {
  /** Start, in UTC. */
  readonly start: string
  readonly stepMs: number
  readonly tasks: readonly ScenarioTask[]
  readonly options: SessionOptions
  readonly history: readonly { readonly task: string; readonly action: Action; readonly t: number }[]
  /** `session.run` of these tasks instead of a start. */
  readonly run: { readonly tasks: readonly string[]; readonly obeyConditions: boolean } | null
  /** More cycles than this mean that the session does not end. */
  readonly maxCycles: number
}

type Fields = Readonly<Record<string, unknown>>

/** Parses a row; throws {@link Unsupported} at the first unknown input. */
export function readScenario(row: Row): Scenario {
  const stepMs = Math.round((row.step as number) * 1000)
  const run = row.session_run as Fields | undefined
  if (run !== undefined) checkFields(run, 'session_run', ['tasks', 'obey_cond'])
  const { n_cycles } = row.expected as { readonly n_cycles?: number }
  return {
    start: row.start as string,
    stepMs,
    tasks: (row.tasks as readonly Fields[]).map(readTask),
    options: { ...readConfig((row.config ?? {}) as Fields), relaunchDelay: stepMs, ...readShut(row) },
    history: (row.history ?? []) as Scenario['history'],
    run: run === undefined ? null : { tasks: run.tasks as string[], obeyConditions: run.obey_cond === true },
    maxCycles: 3 * Math.max((row.cycles as number | undefined) ?? 0, n_cycles ?? 0) + 50,
  }
}

const taskFields = [
  ...[
    'name',
    'start_cond',
    'start_cond_tree',
    'end_cond',
    'end_cond_tree',
    'priority',
    'execution',
    'outcomes',
  ],
  ...['duration', 'yields', 'on_startup', 'on_shutdown', 'disabled', 'multilaunch', 'timeout', 'permanent'],
  ...['run_requested', 'does'],
]

const results: readonly unknown[] = ['success', 'fail', 'inaction', 'terminate']
const verbs = /^(?:(shut_down|shut_down_force|restart)|(terminate|run|disable):(.+))$/

function readTask(task: Fields): ScenarioTask {
  checkFields(task, 'task', taskFields)
  const outcomes = (task.outcomes ?? ['success']) as readonly Result[]
  if (outcomes.length === 0 || !outcomes.every((outcome) => results.includes(outcome)))
    throw new Unsupported(`outcomes ${String(outcomes)}`)
  const execution = (task.execution ?? 'main') as 'main' | 'async'
  if (execution !== 'main' && execution !== 'async') throw new Unsupported(`execution ${execution}`)
  return {
    name: task.name as string,
    start: readStart(task.start_cond, task.start_cond_tree) ?? false,
    end: readStart(task.end_cond, task.end_cond_tree),
    execution,
    priority: (task.priority ?? 0) as number,
    outcomes,
    durationMs: Math.round(((task.duration ?? 0) as number) * 1000),
    yields: (task.yields ?? 0) as number,
    timeout: task.timeout as string | undefined,
    onStartup: task.on_startup === true,
    onShutdown: task.on_shutdown === true,
    disabled: task.disabled === true,
    permanent: task.permanent === true,
    multilaunch: task.multilaunch as boolean | undefined,
    requested: (task.run_requested ?? 0) as number,
    does: ((task.does ?? []) as readonly string[]).map((deed) => {
      const found = verbs.exec(deed)
      if (found === null) throw new Unsupported(`does ${deed}`)
      return [found[1] ?? found[2]!, found[3]]
    }),
  }
}

/** A statement is used unchanged, a Python expression (`py:`) with our builders, or by its tree. */
function readStart(text: unknown, tree: unknown): Start | undefined {
  if (typeof text === 'string' && !text.startsWith('py:')) return text
  if (text === 'py:FailingCondition()') return failing
  const made = typeof text === 'string' ? expressionOf(text.slice('py:'.length)) : undefined
  if (made !== undefined) return made
  if (tree === undefined || tree === null) {
    if (text === undefined || text === null) return undefined
    throw new Unsupported(`no tree for ${String(text)}`)
  }
  return conditionOf(tree as Tree)
}

/** Expressions of classes, such as `TaskStarted() < 3`, have no builder: they are created from their trees. */
function expressionOf(source: string): Condition | undefined {
  try {
    return readExpression(source)
  } catch (error) {
    if (error instanceof Unsupported) return undefined
    throw error
  }
}

/** A condition of Rocketry's tests that always raises. */
const failing = condition(() => {
  throw new Error('failing condition')
})

function conditionOf(tree: Tree): Condition {
  return tree.type === 'FailingCondition' ? failing : new Condition(nodeOfTree(tree))
}

function readShut(row: Row): { shutCondition?: Start } {
  const start = readStart(row.shut_cond, row.shut_cond_tree)
  return start === undefined ? {} : { shutCondition: start }
}

function readConfig(config: Fields): SessionOptions {
  const known: SessionOptions = {
    // Rocketry raises errors of conditions by default.
    onError: { condition: config.silence_cond_check === true ? 'log' : 'raise' },
  }
  const made: Record<string, unknown> = { ...known }
  for (const [key, value] of Object.entries(config)) {
    const read = configs[key]
    if (read === undefined) throw new Unsupported(`config ${key}`)
    Object.assign(made, read(value))
  }
  return made as SessionOptions
}

const configs: Readonly<Record<string, (value: unknown) => object>> = {
  // Rocketry's source of a status; we have only one.
  force_status_from_logs: () => ({}),
  silence_cond_check: () => ({}),
  instant_shutdown: (value) => ({ instantShutdown: value }),
  multilaunch: (value) => ({ multilaunch: value }),
  timezone: (value) => ({ timezone: value }),
  timeout: (value) => ({ timeout: typeof value === 'number' ? value * 1000 : value }),
  restarting: (value) => {
    if (value !== 'recall') throw new Unsupported(`restarting ${String(value)}`)
    return { restarting: value }
  },
}
