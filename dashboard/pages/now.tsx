/** Start page: live runs, failed tasks, next starts. */
import type { Task } from '../api.ts'
import { Chip, Elapsed, Empty, Progress, RunLink, TaskLink, Time, Zone } from '../parts/basics.tsx'
import { useNextStarts } from '../parts/next.tsx'
import { TaskActions } from '../parts/task-actions.tsx'
import { to } from '../route.ts'
import { isLoaded, now, session, taskList, tasks } from '../store.ts'

/** Maximum number of next starts. */
const maxShown = 20

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
        {running.length === 0 ? <Empty>{isLoaded.value ? 'No live runs.' : 'Loading …'}</Empty> : null}
        <div class="cards">
          {running.slice(0, 50).map((task) => (
            <RunningCard key={task.name} task={task} />
          ))}
        </div>
      </section>
      <section aria-labelledby="attention">
        <h2 id="attention">Failed</h2>
        {failed.length === 0 ? <Empty>No task has failed.</Empty> : null}
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
      <NextSection />
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

/** The next start of each task, soonest first. */
function NextSection() {
  const { value, error } = useNextStarts()
  const state = session.value?.state
  const coming = (value?.items ?? [])
    .filter(({ at }) => at !== null && new Date(at).getTime() >= now.value)
    .sort((a, b) => new Date(a.at!).getTime() - new Date(b.at!).getTime())
  const never = (value?.items ?? []).filter(({ why }) => why === 'never')
  const isOpen = state === 'running'
  return (
    <section aria-labelledby="next">
      <h2 id="next">
        Next <Zone />
      </h2>
      {state === 'held' ? <Empty>Held: nothing starts until the session is resumed.</Empty> : null}
      {state !== undefined && !isOpen && state !== 'held' ? (
        <Empty>The session is {state}: nothing starts.</Empty>
      ) : null}
      {isOpen && value === null ? <Empty>{error ?? 'Loading …'}</Empty> : null}
      {isOpen && value !== null && coming.length === 0 ? (
        <Empty>No start is scheduled by time alone.</Empty>
      ) : null}
      {isOpen ? (
        <ol class="plain">
          {coming.slice(0, maxShown).map((next) => (
            <li key={next.task} class="row">
              <Time at={next.at} />
              <span class="faint">
                <Time at={next.at} isRelative />
              </span>
              <TaskLink name={next.task} />
              <code class="wide">{tasks.value.get(next.task)?.start}</code>
            </li>
          ))}
        </ol>
      ) : null}
      {isOpen && coming.length > maxShown ? (
        <p class="faint">
          The next {maxShown} of {coming.length} tasks; the <a href={to('tasks')}>list of tasks</a> has all.
        </p>
      ) : null}
      {value !== null && value.left > 0 ? (
        <p class="faint">
          {value.left} more tasks are left out here; the <a href={to('tasks')}>list of tasks</a> has them.
        </p>
      ) : null}
      {never.length > 0 ? (
        <p class="bad">
          {never.length === 1 ? 'One task can never start' : `${never.length} tasks can never start`}:{' '}
          {never.slice(0, 5).map(({ task }) => (
            <span key={task}>
              <TaskLink name={task} />{' '}
            </span>
          ))}
        </p>
      ) : null}
    </section>
  )
}
