/** The session: its state chart, shared values, options, and the commands for those who know them. */
import { useState } from 'preact/hooks'
import { ask, segment } from '../api.ts'
import { SessionChart } from '../chart/live-chart.tsx'
import { valueText } from '../format.ts'
import { Chip, Empty, Facts, Text, Time } from '../parts/basics.tsx'
import { Do, perform } from '../parts/do.tsx'
import { useLoaded } from '../parts/load.ts'
import { Tabs } from '../parts/tabs.tsx'
import { steps } from '../route.ts'
import { isReadOnly, session } from '../store.ts'

export function SessionPage() {
  const part = steps.value[1] ?? 'overview'
  const known = session.value
  if (known === null) return <Empty>Loading …</Empty>
  return (
    <main class="page">
      <header class="head">
        <h1>
          Session <Chip state={known.state} isGood={known.state === 'running'} />
        </h1>
        <span class="actions">
          <Do
            path="/session/restart"
            done="It stops and starts again."
            sure="Restart the session? Living runs are waited for."
          >
            Restart
          </Do>
          <Do
            path="/session/shut_down"
            done="It was asked to stop."
            sure="Shut the session down? Living runs are waited for; nothing starts after that."
            kind="danger"
          >
            Shut down
          </Do>
        </span>
      </header>
      <Tabs
        at={['session']}
        open={part}
        of={[
          ['overview', 'Overview'],
          ['chart', 'State chart'],
          ['params', 'Params'],
          ['send', 'Send'],
        ]}
      />
      {part === 'overview' ? <Overview /> : null}
      {part === 'chart' ? <SessionChart /> : null}
      {part === 'params' ? <Params /> : null}
      {part === 'send' ? <Send /> : null}
    </main>
  )
}

function Overview() {
  const known = session.value!
  const config = useLoaded(() => ask<Record<string, unknown>>('GET', '/session/config'), [known])
  const warnings = Object.entries(known.warnings)
  return (
    <section class="card">
      <Facts
        of={[
          ['Started', <Time key="started" at={known.startedAt} />],
          ['Zone', known.timezone],
          ['Cycles', known.cycles],
          ['Tasks', known.tasks],
          ['Runs that live', known.runs],
          [
            'Run log',
            known.store === null
              ? 'not open'
              : `${known.store.kind}, ${known.store.durable ? 'kept' : 'lost when the process ends'}`,
          ],
          ['You are', `${known.who}${known.readOnly ? ', and may only look' : ''}`],
          [
            'Warnings',
            warnings.length === 0 ? 'none' : warnings.map(([kind, count]) => `${kind}: ${count}`).join(', '),
          ],
          [
            'Options',
            <Text key="options" mono>
              {valueText(config.value ?? {})}
            </Text>,
          ],
        ]}
      />
    </section>
  )
}

function Params() {
  const { value, error, reload } = useLoaded(
    () => ask<{ items: readonly { name: string; value: unknown }[] }>('GET', '/session/parameters'),
    [],
  )
  if (value === null) return <Empty>{error ?? 'Loading …'}</Empty>
  return (
    <>
      {value.items.length === 0 ? <Empty>No param is set.</Empty> : null}
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Value</th>
              <th scope="col">
                <span class="hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {value.items.map((param) => (
              <tr key={param.name}>
                <th scope="row">
                  <bdi>{param.name}</bdi>
                </th>
                <td class="result">
                  <code>{valueText(param.value)}</code>
                </td>
                <td>
                  <Do
                    method="DELETE"
                    path={`/session/parameters/${segment(param.name)}`}
                    done={`'${param.name}' is taken away.`}
                    label={`Take away ${param.name}`}
                    after={reload}
                  >
                    Take away
                  </Do>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <SetParam after={reload} />
    </>
  )
}

function SetParam({ after }: { readonly after: () => void }) {
  if (isReadOnly.value) return null
  const set = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const fields = new FormData(form)
    const name = String(fields.get('name'))
    const done = await perform(
      'PUT',
      `/session/parameters/${segment(name)}`,
      { value: toValue(String(fields.get('value'))) },
      `'${name}' is set.`,
    )
    if (!done) return
    form.reset()
    after()
  }
  return (
    <form class="card form" onSubmit={(event) => void set(event)}>
      <label>
        Name
        <input name="name" required />
      </label>
      <label>
        Value: JSON, or else text
        <input name="value" />
      </label>
      <button type="submit" class="button">
        Set
      </button>
    </form>
  )
}

function toValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const samples: readonly (readonly [string, object])[] = [
  ['task.run', { type: 'task.run', task: 'name', params: {} }],
  ['task.terminate', { type: 'task.terminate', task: 'name' }],
  ['task.disable', { type: 'task.disable', task: 'name' }],
  ['task.enable', { type: 'task.enable', task: 'name' }],
  ['task.update', { type: 'task.update', task: 'name', options: { start: 'daily after 07:00' } }],
  ['task.backfill', { type: 'task.backfill', task: 'name', from: '2026-11-01', to: '2026-11-08' }],
  ['task.remove', { type: 'task.remove', task: 'name' }],
  ['param.set', { type: 'param.set', name: 'stage', value: 'dev' }],
  ['param.unset', { type: 'param.unset', name: 'stage' }],
  ['session.run', { type: 'session.run', tasks: ['name'] }],
  ['session.update', { type: 'session.update', options: { timeout: '5 minutes' } }],
  ['session.hold', { type: 'session.hold' }],
  ['session.resume', { type: 'session.resume' }],
  ['session.restart', { type: 'session.restart' }],
  ['session.shutDown', { type: 'session.shutDown' }],
]

/** Any command, as the program itself would send it. */
function Send() {
  const [text, setText] = useState(JSON.stringify(samples[0]![1], null, 2))
  const [problem, setProblem] = useState<string | null>(null)
  if (isReadOnly.value) return <Empty>You may only look.</Empty>
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    try {
      setProblem(null)
      await perform('POST', '/events', JSON.parse(text), 'It is sent.')
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  return (
    <form class="card form" onSubmit={(event) => void send(event)}>
      <label>
        Command
        <select
          onChange={(event) => {
            const sample = samples.find(([type]) => type === event.currentTarget.value)
            setText(JSON.stringify(sample?.[1], null, 2))
          }}
        >
          {samples.map(([type]) => (
            <option key={type}>{type}</option>
          ))}
        </select>
      </label>
      <label>
        As JSON
        <textarea
          rows={8}
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      {problem === null ? null : <p class="bad">{problem}</p>}
      <button type="submit" class="button button-main">
        Send
      </button>
    </form>
  )
}
