/** Run page: times, trigger, params, outcome, log lines and state chart. */
import { useEffect, useState } from 'preact/hooks'
import { ask, type Line, type Run, segment } from '../api.ts'
import { RunChart } from '../chart/live-chart.tsx'
import { length, valueText } from '../format.ts'
import { Chip, Elapsed, Empty, Facts, Progress, TaskLink, Text, Time, ZonedTime } from '../parts/basics.tsx'
import { Do } from '../parts/do.tsx'
import { useLoaded } from '../parts/load.ts'
import { historyVersion, listeners } from '../store.ts'

export function RunPage({ runId }: { readonly runId: string }) {
  const path = `/runs/${segment(runId)}`
  const { value: run, error } = useLoaded(
    (signal) => ask<Run>('GET', path, undefined, signal),
    [runId, historyVersion.value],
  )
  if (run === null)
    return (
      <main class="page">
        <h1>Run</h1>
        <Empty>{error ?? 'Loading …'}</Empty>
      </main>
    )
  return (
    <main class="page">
      <header class="head">
        <h1>
          <TaskLink name={run.task} /> <Chip state={run.state} />
        </h1>
        {run.state === 'running' ? (
          <Do path={`${path}/terminate`} done="The run was asked to terminate.">
            Terminate
          </Do>
        ) : (
          <Do
            path={`/tasks/${segment(run.task)}/run`}
            body={{ params: run.params ?? {} }}
            done={`'${run.task}' is queued.`}
          >
            Run again
          </Do>
        )}
      </header>
      <section class="card">
        <Facts
          of={[
            [
              'Run',
              <bdi key="id" class="mono">
                {runId}
              </bdi>,
            ],
            ['Started', <ZonedTime key="start" at={run.start ?? run.at} />],
            ['Ended', run.end === undefined ? 'not yet' : <ZonedTime key="end" at={run.end} />],
            [
              'Duration',
              run.runtimeMs === undefined ? (
                <Elapsed key="took" since={run.start ?? run.at} />
              ) : (
                length(run.runtimeMs)
              ),
            ],
            ['Started by', run.trigger ?? 'unknown'],
            ...(run.dueAt === undefined ? [] : [['Due', <ZonedTime key="due" at={run.dueAt} />] as const]),
            ...(run.period === undefined
              ? []
              : [
                  [
                    'Period',
                    <span key="for">
                      <Time at={run.period.start} /> to <Time at={run.period.end} />
                    </span>,
                  ] as const,
                ]),
            ...(run.reason === undefined ? [] : [['Reason', <bdi key="reason">{run.reason}</bdi>] as const]),
          ]}
        />
        <LiveProgress run={run} />
      </section>
      {run.error === undefined ? null : (
        <section class="card card-bad" aria-label="Error">
          <h2>
            <bdi>{`${run.error.name}: ${run.error.message}`}</bdi>
          </h2>
          {run.error.stack === undefined ? null : <Text mono>{run.error.stack}</Text>}
        </section>
      )}
      {run.params === undefined ? null : (
        <section class="card" aria-label="Params">
          <h2>Params</h2>
          <Text mono>{valueText(run.params)}</Text>
        </section>
      )}
      {run.value === undefined ? null : (
        <section class="card" aria-label="Return value">
          <h2>Return value</h2>
          <Text mono>{valueText(run.value)}</Text>
        </section>
      )}
      {run.omitted === undefined ? null : <p class="faint">{run.omitted}</p>}
      <Lines runId={runId} />
      <section class="card" aria-label="State chart">
        <h2>State chart</h2>
        <RunChart run={run} />
      </section>
    </main>
  )
}

function LiveProgress({ run }: { readonly run: Run }) {
  const [progress, setProgress] = useState(run.progress)
  useEffect(() => {
    const listen = ({ name, data }: { name: string; data: Record<string, unknown> }): void => {
      if (name === 'run.progress' && data.runId === run.runId) setProgress(Number(data.progress))
    }
    listeners.add(listen)
    return () => void listeners.delete(listen)
  }, [run.runId])
  return run.state === 'running' ? <Progress value={progress} label="Progress" /> : null
}

function Lines({ runId }: { readonly runId: string }) {
  const { value } = useLoaded(
    (signal) =>
      ask<{ items: readonly Line[]; dropped: number }>(
        'GET',
        `/runs/${segment(runId)}/logs`,
        undefined,
        signal,
      ),
    [runId, historyVersion.value],
  )
  const [more, setMore] = useState<readonly Line[]>([])
  useEffect(() => {
    const listen = ({ name, data }: { name: string; data: Record<string, unknown> }): void => {
      if (name === 'run.logged' && data.runId === runId)
        setMore((before) => [...before, data as unknown as Line].slice(-1_000))
    }
    listeners.add(listen)
    return () => void listeners.delete(listen)
  }, [runId])
  // Loaded lines and later events overlap.
  const last = value?.items.at(-1)?.at ?? 0
  const lines = [...(value?.items ?? []), ...more.filter(({ at }) => at > last)]
  return (
    <section class="card" aria-label="Log lines">
      <h2>Log lines</h2>
      {value !== null && value.dropped > 0 ? (
        <p class="faint">{value.dropped} older lines were dropped.</p>
      ) : null}
      {lines.length === 0 ? <Empty>No lines were written or kept.</Empty> : null}
      <ol class="lines">
        {lines.map((line, i) => (
          <li key={i} class={`line-${line.level}`}>
            <Time at={line.at} /> <bdi class="mono">{line.message}</bdi>
          </li>
        ))}
      </ol>
    </section>
  )
}
