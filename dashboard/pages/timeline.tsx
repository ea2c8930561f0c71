/** Timeline page: past runs and, to the right of now, upcoming runs. */
import { useMemo, useState } from 'preact/hooks'
import { ask, type Page, query, type Run } from '../api.ts'
import { length, time } from '../format.ts'
import { Empty, TaskLink, Time, Zone } from '../parts/basics.tsx'
import { useLoaded } from '../parts/load.ts'
import { go } from '../route.ts'
import { historyVersion, now, session, zone } from '../store.ts'

const spans = [
  ['15 minutes', 900_000],
  ['1 hour', 3_600_000],
  ['6 hours', 21_600_000],
  ['1 day', 86_400_000],
] as const

/** Maximum number of bars per task; more would not fit into the lane. */
const maxBars = 200

interface Forecast {
  readonly isComplete: boolean
  readonly until: string
  readonly runs: readonly {
    readonly task: string
    readonly at: string
    readonly runtimeMs: number | null
    readonly because: string
  }[]
  readonly cut: readonly string[]
}

type Past = Page<Run> & { readonly cut: readonly string[] }

const laneHeight = 26
const nameWidth = 170
const chartWidth = 900
const maxLanes = 60

interface Bar {
  readonly task: string
  readonly start: number
  readonly end: number
  readonly state: string
  readonly runId: string | null
  readonly title: string
}

export function TimelinePage() {
  const [span, setSpan] = useState<number>(900_000)
  const tick = Math.floor(now.value / 5_000) * 5_000
  const from = tick - span
  const until = tick + span / 3
  const state = session.value?.state
  const isOpen = state === 'running'
  const past = useLoaded(
    (signal) => ask<Past>('GET', `/runs${query({ perTask: maxBars, since: from })}`, undefined, signal),
    [span, historyVersion.value],
  )
  const ahead = useLoaded(
    (signal) =>
      ask<Forecast>(
        'GET',
        `/forecast${query({ limit: 500, perTask: maxBars, until: new Date(until).toISOString() })}`,
        undefined,
        signal,
      ),
    [span, Math.floor(tick / 60_000), session.value?.state],
  )
  const bars = useMemo(
    () => [
      ...(past.value?.items ?? []).map((run) => pastBar(run, tick)),
      ...(isOpen ? (ahead.value?.runs ?? []) : []).map(plannedBar),
    ],
    [past.value, ahead.value, tick, isOpen],
  )
  const lanes = [...new Set(bars.map(({ task }) => task))].sort()
  const shown = lanes.slice(0, maxLanes)
  const place = (at: number): number =>
    nameWidth + ((Math.min(Math.max(at, from), until) - from) / (until - from)) * chartWidth
  const height = shown.length * laneHeight + 40
  const marks = roundTimesIn(from, until)
  return (
    <main class="page page-wide">
      <header class="head">
        <h1>
          Timeline <Zone />
        </h1>
        <label class="field">
          Past{' '}
          <select value={String(span)} onChange={(event) => setSpan(Number(event.currentTarget.value))}>
            {spans.map(([title, ms]) => (
              <option key={title} value={String(ms)}>
                {title}
              </option>
            ))}
          </select>
        </label>
      </header>
      {lanes.length === 0 ? (
        <Empty>{past.error ?? 'No past runs, and none scheduled by time alone.'}</Empty>
      ) : null}
      {state !== undefined && !isOpen ? (
        <p class="faint">The session is {state}: nothing is planned.</p>
      ) : null}
      <Cut title={`Only the newest ${maxBars} runs are drawn of`} of={past.value?.cut ?? []} />
      {isOpen ? (
        <Cut title={`Only the next ${maxBars} runs are drawn of`} of={ahead.value?.cut ?? []} />
      ) : null}
      {isOpen && ahead.value?.isComplete === false ? (
        <p class="faint">
          Too many upcoming runs: they are drawn until <Time at={ahead.value.until} /> only.
        </p>
      ) : null}
      {lanes.length > maxLanes ? (
        <p class="faint">
          The first {maxLanes} of {lanes.length} tasks.
        </p>
      ) : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable areas must be reachable by keyboard */}
      <section class="scroll" tabIndex={0} aria-label="Runs over time">
        {lanes.length === 0 ? null : (
          <svg
            class="timeline"
            viewBox={`0 0 ${nameWidth + chartWidth + 10} ${height}`}
            width={nameWidth + chartWidth + 10}
            height={height}
            role="img"
            aria-label={`Runs of ${lanes.length} tasks; the log lists the same runs`}
          >
            {marks.map((at) => (
              <g key={at} class="grid">
                <line x1={place(at)} x2={place(at)} y1={24} y2={height} />
                <text x={place(at)} y={14}>
                  {time(at, zone.value)}
                </text>
              </g>
            ))}
            {shown.map((task, i) => (
              <text key={task} class="lane" x={4} y={i * laneHeight + 46}>
                {task.length > 22 ? `${task.slice(0, 21)}…` : task}
              </text>
            ))}
            {bars
              .filter(({ task, start, end }) => shown.includes(task) && end >= from && start <= until)
              .map((bar, i) => (
                <Lane
                  key={`${i} ${bar.runId} ${bar.start}`}
                  bar={bar}
                  place={place}
                  y={shown.indexOf(bar.task) * laneHeight + 32}
                />
              ))}
            <line class="now" x1={place(tick)} x2={place(tick)} y1={20} y2={height} />
          </svg>
        )}
      </section>
    </main>
  )
}

function Cut({ title, of }: { readonly title: string; readonly of: readonly string[] }) {
  if (of.length === 0) return null
  return (
    <p class="faint">
      {title}{' '}
      {of.slice(0, 5).map((name) => (
        <TaskLink key={name} name={name} />
      ))}
      {of.length > 5 ? ` and ${of.length - 5} more tasks` : ''}.
    </p>
  )
}

/** Possible steps between marks, in minutes. */
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080]

/** At most eight round times in a time range. */
function roundTimesIn(from: number, until: number): number[] {
  const step = 60_000 * (steps.find((minutes) => (until - from) / (minutes * 60_000) <= 8) ?? steps.at(-1)!)
  const first = Math.ceil(from / step) * step
  return Array.from({ length: Math.max(0, Math.ceil((until - first) / step)) }, (_, i) => first + i * step)
}

function Lane({
  bar,
  place,
  y,
}: {
  readonly bar: Bar
  readonly place: (at: number) => number
  readonly y: number
}) {
  const x = place(bar.start)
  const { runId } = bar
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the log has the same runs as links; hundreds of bars are not practical to reach by keyboard
    <rect
      class={`bar bar-${bar.state}`}
      x={x}
      y={y}
      width={Math.max(3, place(bar.end) - x)}
      height={laneHeight - 8}
      rx={3}
      onClick={() => runId !== null && go('runs', runId)}
    >
      <title>{bar.title}</title>
    </rect>
  )
}

function pastBar(run: Run, at: number): Bar {
  const start = run.start ?? run.at
  const end = run.end ?? at
  return {
    task: run.task,
    start,
    end,
    state: run.state,
    runId: run.runId,
    title: `${run.task}: ${run.state}, ${length(end - start)}`,
  }
}

function plannedBar({ task, at, runtimeMs, because }: Forecast['runs'][number]): Bar {
  const start = new Date(at).getTime()
  return {
    task,
    start,
    end: start + (runtimeMs ?? 0),
    state: 'planned',
    runId: null,
    title: `${task}: planned, ${because}`,
  }
}
