/** Metrics in the Prometheus format: current gauges, and counters since the session started. */
import type { Session } from '../../app/index.ts'
import type { View } from '../security/caller-view.ts'
import { outcomes, RunCounts } from './run-counts.ts'

const states = ['stopped', 'starting', 'running', 'held', 'stopping', 'restarting'] as const

/** The metrics of one interface. */
export class Metrics {
  readonly #session: Session
  readonly #clients: () => number
  readonly #counts: RunCounts

  constructor(session: Session, clients: () => number) {
    this.#session = session
    this.#clients = clients
    this.#counts = new RunCounts(session)
  }

  /** The metrics of the tasks that the caller may read, in the text format of Prometheus. */
  async print(view: View): Promise<string> {
    await this.#counts.ready()
    await view.learn(this.#counts.tasks())
    const session = this.#session
    const tasks = view.tasks()
    const byState = new Map<string, number>([
      ['idle', 0],
      ['running', 0],
      ['failed', 0],
    ])
    for (const { state } of tasks) byState.set(state, (byState.get(state) ?? 0) + 1)
    const runs = this.#counts.shown((task) => !view.hides(task), view.isWhole)
    return [
      metric('gantry_session_state', 'gauge', 'State of the session: 1 for the present state.', [
        ...states.map((state) => [{ state }, session.state === state ? 1 : 0] as const),
      ]),
      metric('gantry_tasks', 'gauge', 'Number of tasks by state.', [
        ...[...byState].map(([state, count]) => [{ state }, count] as const),
      ]),
      metric('gantry_tasks_disabled', 'gauge', 'Number of disabled tasks.', [
        [{}, tasks.filter((task) => task.disabled).length],
      ]),
      metric('gantry_runs_live', 'gauge', 'Number of live runs.', [[{}, view.runs().length]]),
      metric('gantry_runs_started_total', 'counter', 'Runs started since the session started, by task.', [
        ...runs.map(([task, { started }]) => [{ task }, started] as const),
      ]),
      metric(
        'gantry_runs_ended_total',
        'counter',
        'Runs ended since the session started, by task and outcome.',
        [
          ...runs.flatMap(([task, { ended }]) =>
            outcomes.map((outcome) => [{ task, outcome }, ended[outcome]] as const),
          ),
        ],
      ),
      metric('gantry_runs_missed_total', 'counter', 'Periods missed since the session started, by task.', [
        ...runs.map(([task, { missed }]) => [{ task }, missed] as const),
      ]),
      summary('gantry_run_duration_seconds', 'Duration of ended runs, by task.', [
        ...runs.map(([task, { count, ms }]) => [{ task }, ms / 1_000, count] as const),
      ]),
      metric('gantry_warnings_total', 'counter', 'Session warnings, by kind.', [
        ...Object.entries(session.warnings).map(([kind, count]) => [{ kind }, count] as const),
      ]),
      metric('gantry_event_clients', 'gauge', 'Number of clients of the event stream.', [
        [{}, this.#clients()],
      ]),
      metric('gantry_cycles_total', 'counter', 'Cycles since the session started.', [[{}, session.cycles]]),
    ].join('')
  }

  close(): void {
    this.#counts.close()
  }
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

function metric(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function summary(
  name: string,
  help: string,
  samples: readonly (readonly [labels: Readonly<Record<string, string>>, sum: number, count: number])[],
): string {
  const lines = samples.map(
    ([labels, sum, count]) =>
      `${name}_sum${labelText(labels)} ${sum}\n${name}_count${labelText(labels)} ${count}\n`,
  )
  return `# HELP ${name} ${help}\n# TYPE ${name} summary\n${lines.join('')}`
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
