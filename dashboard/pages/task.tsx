/** Task page: explanation, state chart, runs, records and settings. */
import { useState } from 'preact/hooks'
import { ask, type Page, query, type Run, type RunRecord, segment, type Task, type Why } from '../api.ts'
import { TaskChart } from '../chart/live-chart.tsx'
import { length } from '../format.ts'
import { Chip, Elapsed, Empty, Facts, Progress, RunLink, Text, Time, ZonedTime } from '../parts/basics.tsx'
import { perform } from '../parts/do.tsx'
import { useLoaded } from '../parts/load.ts'
import { PastWhy } from '../parts/past-why.tsx'
import { RecordTable, RunTable } from '../parts/run-table.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { TaskActions } from '../parts/task-actions.tsx'
import { sentence, WhyTree } from '../parts/why-tree.tsx'
import { historyVersion, isLoaded, isReadOnly, now, session, tasks } from '../store.ts'

export function TaskPage({ name, part }: { readonly name: string; readonly part: string }) {
  const task = tasks.value.get(name)
  if (task === undefined)
    return (
      <main class="page">
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <Empty>{isLoaded.value ? 'The session has no task of that name.' : 'Loading …'}</Empty>
      </main>
    )
  return (
    <main class="page">
      <header class="head">
        <h1>
          <bdi>{name}</bdi> <Chip state={task.state} /> {task.disabled ? <Chip state="disabled" /> : null}
        </h1>
        <TaskActions task={task} />
      </header>
      {task.description === null ? null : <Text>{task.description}</Text>}
      <LiveRuns task={task} />
      <Tabs
        at={['tasks', name]}
        open={part}
        of={[
          ['why', 'Why'],
          ['chart', 'State chart'],
          ['runs', 'Runs'],
          ['log', 'Log'],
          ['settings', 'Settings'],
        ]}
      />
      {part === 'why' ? <WhyPart task={task} /> : null}
      {part === 'why' ? <PastWhy key={name} name={name} /> : null}
      {part === 'chart' ? <TaskChart name={name} /> : null}
      {part === 'runs' ? <RunsPart name={name} /> : null}
      {part === 'log' ? <LogPart name={name} /> : null}
      {part === 'settings' ? <SettingsPart task={task} /> : null}
    </main>
  )
}

function LiveRuns({ task }: { readonly task: Task }) {
  return (
    <>
      {task.runs.map((run) => (
        <p key={run.runId} class="card live">
          <Chip state="running" /> <RunLink runId={run.runId} /> for <Elapsed since={run.startedAt} />
          <Progress value={run.progress} label={`Progress of ${task.name}`} />
        </p>
      ))}
    </>
  )
}

function WhyPart({ task }: { readonly task: Task }) {
  // Loaded again when the task changes, and every 10 s, since time changes the explanation, too.
  const tick = Math.floor(now.value / 10_000)
  const { value, error } = useLoaded(
    (signal) => ask<Why>('GET', `/tasks/${segment(task.name)}/why`, undefined, signal),
    [task, tick, session.value?.state],
  )
  if (value === null) return <Empty>{error ?? 'Loading …'}</Empty>
  const isHeld = session.value?.state === 'held'
  // The first reason is the sentence above.
  const reasons = value.reasons.filter((reason) => value.never !== null || reason.sentence !== value.sentence)
  return (
    <section class="card" aria-label="Why the task is, or is not, running">
      <p class="lead">
        {value.never === null
          ? sentence(value.sentence)
          : `The task can never start: ${sentence(value.never)}`}
      </p>
      {reasons.length === 0 ? null : (
        <ul>
          {reasons.map((reason) => (
            <li key={reason.kind}>
              {sentence(reason.sentence)}{' '}
              {reason.until === null ? null : <Time at={reason.until} isRelative />}
            </li>
          ))}
        </ul>
      )}
      {value.warnings.map((text) => (
        <p key={text}>
          <strong>Warning:</strong> {sentence(text)}
        </p>
      ))}
      {value.nextAt === null ? null : (
        <p>
          Next start: <Time at={value.nextAt} isRelative />
        </p>
      )}
      <ul class="tree">
        <WhyTree of={value.condition} isStill={value.never !== null || isHeld} />
      </ul>
    </section>
  )
}

function RunsPart({ name }: { readonly name: string }) {
  const { value, error } = useLoaded(
    (signal) => ask<Page<Run>>('GET', `/runs${query({ task: name, limit: 50 })}`, undefined, signal),
    [name, historyVersion.value],
  )
  return (
    <>
      <RunForm name={name} />
      {value === null ? <Empty>{error ?? 'Loading …'}</Empty> : <RunTable runs={value.items} isOfOne />}
    </>
  )
}

/** A form for a run with params. */
function RunForm({ name }: { readonly name: string }) {
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  if (isReadOnly.value) return null
  const run = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    let params: unknown
    try {
      params = text.trim() === '' ? {} : JSON.parse(text)
      setProblem(null)
    } catch (error) {
      return setProblem((error as Error).message)
    }
    await perform('POST', `/tasks/${segment(name)}/run`, { params }, `'${name}' is queued.`)
  }
  return (
    <details class="card">
      <summary>Run with params</summary>
      <form class="form" onSubmit={(event) => void run(event)}>
        <label>
          Params, as JSON
          <textarea
            rows={4}
            spellcheck={false}
            placeholder='{ "shop": "north" }'
            value={text}
            aria-invalid={problem !== null}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        {problem === null ? null : <p class="bad">{problem}</p>}
        <button type="submit" class="button button-main">
          Run
        </button>
      </form>
    </details>
  )
}

function LogPart({ name }: { readonly name: string }) {
  const { value, error } = useLoaded(
    (signal) => ask<Page<RunRecord>>('GET', `/tasks/${segment(name)}/logs?limit=100`, undefined, signal),
    [name, historyVersion.value],
  )
  return value === null ? <Empty>{error ?? 'Loading …'}</Empty> : <RecordTable records={value.items} />
}

function SettingsPart({ task }: { readonly task: Task }) {
  const state = session.value?.state
  const next = useLoaded(
    () => ask<{ items: readonly string[] }>('GET', `/tasks/${segment(task.name)}/next_runs?limit=5`),
    [task],
  )
  return (
    <section class="card">
      <Facts
        of={[
          ['Starts', <code key="start">{task.start}</code>],
          ['Ends when', task.end === null ? 'the work returns' : <code key="end">{task.end}</code>],
          [
            'Next, by time alone',
            state === 'held'
              ? 'held: nothing starts until the session is resumed'
              : next.value === null || next.value.items.length === 0
                ? 'unknown'
                : next.value.items.map((at) => (
                    <div key={at}>
                      <ZonedTime at={at} />{' '}
                      <span class="faint">
                        (<Time at={at} isRelative />)
                      </span>
                    </div>
                  )),
          ],
          ['Priority', task.priority],
          ['Execution', task.execution],
          ['Timeout', task.timeoutMs === null ? 'none' : length(task.timeoutMs)],
          ['Last success', <ZonedTime key="success" at={task.lastSuccess} />],
          ['Last failure', <ZonedTime key="fail" at={task.lastFail} />],
          ['Last termination', <ZonedTime key="terminate" at={task.lastTerminate} />],
        ]}
      />
      <StartForm task={task} />
    </section>
  )
}

function StartForm({ task }: { readonly task: Task }) {
  const [start, setStart] = useState(task.start)
  if (isReadOnly.value) return null
  const change = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    await perform('PATCH', `/tasks/${segment(task.name)}`, { start }, 'The start condition was changed.')
  }
  return (
    <form class="form" onSubmit={(event) => void change(event)}>
      <label>
        Start condition, as a statement
        <input value={start} spellcheck={false} onInput={(event) => setStart(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button">
        Change
      </button>
    </form>
  )
}
