/** What Prometheus reads: gauges of now, and counters of what has ended since it read first. */
import type { Outcome, Session } from '../index.ts'

const outcomes: readonly Outcome[] = ['success', 'fail', 'terminate', 'inaction', 'crash']
const states = ['stopped', 'starting', 'running', 'held', 'stopping', 'restarting'] as const

/** Counts from the first reading on: an interface that nobody reads counts nothing. */
export class Metrics {
  readonly #session: Session
  readonly #clients: () => number
  readonly #ended = new Map<Outcome, number>(outcomes.map((outcome) => [outcome, 0]))
  #startedRuns = 0
  #missed = 0
  #undos: (() => void)[] = []

  constructor(session: Session, clients: () => number) {
    this.#session = session
    this.#clients = clients
  }

  /** The page, in the text format of Prometheus. */
  print(): string {
    if (this.#undos.length === 0) this.#count()
    const session = this.#session
    const tasks = session.tasks()
    const byState = new Map<string, number>([
      ['idle', 0],
      ['running', 0],
      ['failed', 0],
    ])
    for (const task of tasks) {
      const state = String(task.actor.getSnapshot().value)
      byState.set(state, (byState.get(state) ?? 0) + 1)
    }
    return [
      metric('gantry_session_state', 'gauge', 'What the session is doing: 1 at its state.', [
        ...states.map((state) => [{ state }, session.state === state ? 1 : 0] as const),
      ]),
      metric('gantry_tasks', 'gauge', 'Tasks by the state of their actors.', [
        ...[...byState].map(([state, count]) => [{ state }, count] as const),
      ]),
      metric('gantry_tasks_disabled', 'gauge', 'Tasks that are disabled.', [
        [{}, tasks.filter((task) => task.disabled).length],
      ]),
      metric('gantry_runs_live', 'gauge', 'Runs that live.', [[{}, session.runs().length]]),
      metric('gantry_runs_started_total', 'counter', 'Runs that started, counted from the first reading.', [
        [{}, this.#startedRuns],
      ]),
      metric('gantry_runs_ended_total', 'counter', 'Runs that ended, counted from the first reading.', [
        ...[...this.#ended].map(([outcome, count]) => [{ outcome }, count] as const),
      ]),
      metric(
        'gantry_runs_missed_total',
        'counter',
        'Periods that lapsed without a run, counted from the first reading.',
        [[{}, this.#missed]],
      ),
      metric('gantry_warnings_total', 'counter', 'What was only logged, by kind.', [
        ...Object.entries(session.warnings).map(([kind, count]) => [{ kind }, count] as const),
      ]),
      metric('gantry_event_clients', 'gauge', 'Clients that follow events.', [[{}, this.#clients()]]),
      metric('gantry_cycles_total', 'counter', 'Cycles since the session started.', [[{}, session.cycles]]),
    ].join('')
  }

  close(): void {
    for (const undo of this.#undos) undo()
    this.#undos = []
  }

  #count(): void {
    const session = this.#session
    this.#undos = [
      session.on('run.started', () => {
        this.#startedRuns += 1
      }),
      session.on('run.ended', ({ action }) => {
        this.#ended.set(action, (this.#ended.get(action) ?? 0) + 1)
      }),
      session.on('run.missed', () => {
        this.#missed += 1
      }),
    ]
  }
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

function metric(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
