/** Session page: state chart, params, options, and a form for commands. */
import { ask, segment } from '../api.ts'
import { SessionChart } from '../chart/live-chart.tsx'
import { valueText } from '../format.ts'
import { Chip, Empty, Facts, Text, Time } from '../parts/basics.tsx'
import { Do, perform } from '../parts/do.tsx'
import { useLoaded } from '../parts/load.ts'
import { commands, SendForm } from '../parts/send.tsx'
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
            done="The session restarts."
            sure="Restart the session? It waits for live runs first."
          >
            Restart
          </Do>
          <Do
            path="/session/shut_down"
            done="The session shuts down."
            sure="Shut the session down? It waits for live runs, and no task starts any longer."
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
      {part === 'send' ? <SendForm commands={commands} /> : null}
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
          ['Live runs', known.runs],
          [
            'Run log',
            known.store === null
              ? 'not open'
              : `${known.store.kind}, ${known.store.durable ? 'durable' : 'lost when the process ends'}`,
          ],
          ['You are', `${known.who}${known.readOnly ? ', with read access only' : ''}`],
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
      {value.items.length === 0 ? <Empty>No params.</Empty> : null}
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
                    done={`'${param.name}' is removed.`}
                    label={`Remove ${param.name}`}
                    after={reload}
                  >
                    Remove
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
        Value, as JSON or text
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
