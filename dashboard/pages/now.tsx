/** Now: what runs, what needs a look, what comes next. */
import { ask, type Task } from '../api.ts'
import { Chip, Elapsed, Empty, Progress, RunLink, TaskLink, Time, Zone } from '../parts/basics.tsx'
import { useLoaded } from '../parts/load.ts'
import { TaskActions } from '../parts/task-actions.tsx'
import { isLoaded, now, session, taskList, tasks } from '../store.ts'

export interface Forecast {
  readonly from: string
  readonly until: string
  readonly runs: readonly {
    readonly task: string
    readonly at: string
    readonly runtimeMs: number | null
    readonly because: string
  }[]
}

export function NowPage() {
  const all = taskList.value
  const running = all.filter((task) => task.runs.length > 0)
  const failed = all.filter((task) => task.state === 'failed')
  const disabled = all.filter((task) => task.disabled)
  return (
    <main class="page">
      <h1 class="hidden">Now</h1>
      <div class="counts">
        <Count of={all.length} what="tasks" />
        <Count of={running.length} what="running" state="running" />
        <Count of={failed.length} what="failed" state="failed" />
        <Count of={disabled.length} what="disabled" />
      </div>
      <section aria-labelledby="running">
        <h2 id="running">Running</h2>
        {running.length === 0 ? <Empty>{isLoaded.value ? 'Nothing runs.' : 'Loading …'}</Empty> : null}
        <div class="cards">
          {running.slice(0, 50).map((task) => (
            <RunningCard key={task.name} task={task} />
          ))}
        </div>
      </section>
      <section aria-labelledby="attention">
        <h2 id="attention">Needs a look</h2>
        {failed.length === 0 ? <Empty>No task has failed last.</Empty> : null}
        <ul class="plain">
          {failed.slice(0, 20).map((task) => (
            <li key={task.name} class="card row">
              <Chip state="failed" /> <TaskLink name={task.name} />
              <span>
                failed <Time at={task.lastFail ?? task.lastCrash} isRelative />
              </span>
              <TaskActions task={task} short />
            </li>
          ))}
        </ul>
      </section>
      <Next />
    </main>
  )
}

function Count({ of, what, state }: { readonly of: number; readonly what: string; readonly state?: string }) {
  return (
    <p class={`count ${state === undefined || of === 0 ? '' : `count-${state}`}`}>
      <strong>{of}</strong> {what}
    </p>
  )
}

function RunningCard({ task }: { readonly task: Task }) {
  return (
    <article class="card live">
      <header class="row">
        <TaskLink name={task.name} />
        <TaskActions task={task} short />
      </header>
      {task.runs.map((run) => (
        <p key={run.runId} class="row">
          <RunLink runId={run.runId} /> <Elapsed since={run.startedAt} />
          <Progress value={run.progress} label={`Progress of ${task.name}`} />
        </p>
      ))}
    </article>
  )
}

/** The next start of each task. */
function Next() {
  // Time goes on, and so does what comes next; but playing ahead costs the server something.
  const tick = Math.floor(now.value / 10_000)
  const { value, error } = useLoaded(
    (signal) => ask<Forecast>('GET', '/forecast?limit=200', undefined, signal),
    [tick, session.value?.state, tasks.value.size],
  )
  const coming = firstOfEach(value?.runs ?? []).slice(0, 10)
  return (
    <section aria-labelledby="next">
      <h2 id="next">
        Next <Zone />
      </h2>
      {value === null ? <Empty>{error ?? 'Loading …'}</Empty> : null}
      {value !== null && coming.length === 0 ? (
        <Empty>Nothing starts by time alone within a day.</Empty>
      ) : null}
      <ol class="plain">
        {coming.map((run) => (
          <li key={run.task} class="row">
            <Time at={run.at} />
            <span class="faint">
              <Time at={run.at} isRelative />
            </span>
            <TaskLink name={run.task} />
            <code class="wide">{run.because}</code>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** The first run of each task that is still to come. */
function firstOfEach(runs: Forecast['runs']): Forecast['runs'] {
  const seen = new Set<string>()
  return runs.filter(({ task, at }) => {
    if (seen.has(task) || new Date(at).getTime() < now.value) return false
    seen.add(task)
    return true
  })
}
