/** Live state chart of an actor, with its events. */
import { useEffect, useState } from 'preact/hooks'
import type { MachineState } from '../../src/http/views/machine-definition.ts'
import { ask, query, type Run, segment } from '../api.ts'
import type { ServerEvent } from '../events.ts'
import { valueText } from '../format.ts'
import { activeStates, eventsIn, type Machine } from '../machine.ts'
import { Empty, Text, Time } from '../parts/basics.tsx'
import { useLoaded } from '../parts/load.ts'
import { acceptedBy, SendForm } from '../parts/send.tsx'
import { to } from '../route.ts'
import { watchActor, watched } from '../shared-events.ts'
import { listeners } from '../store.ts'
import { StateChart } from './state-chart.tsx'

/** An event or snapshot of the actor or one of its children. */
interface ActorEvent {
  readonly kind: 'event' | 'snapshot'
  readonly role: 'session' | 'task' | 'run'
  readonly actor: string
  readonly from: string | null
  readonly at: number
  readonly event: { readonly type?: string }
  readonly value?: unknown
  readonly context?: unknown
}

const kept = 60

export function TaskChart({ name }: { readonly name: string }) {
  return (
    <LiveChart
      key={name}
      path={`/tasks/${segment(name)}/machine`}
      watch={`task:${name}`}
      part="task"
      task={name}
    />
  )
}

export function SessionChart() {
  return <LiveChart path="/session/machine" watch="session" part="session" />
}

interface LiveChartProps {
  readonly path: string
  readonly watch: string
  /** The kind of actor whose state is drawn. */
  readonly part: ActorEvent['role']
  /** The task for commands. */
  readonly task?: string
}

function LiveChart({ path, watch, part, task }: LiveChartProps) {
  const [machine, setMachine] = useState<Machine | null>(null)
  const [events, setEvents] = useState<readonly ActorEvent[]>([])
  const [error, setError] = useState<string | null>(null)
  useEffect(() => {
    let isHere = true
    const load = (): void => {
      ask<Machine>('GET', path).then(
        (loaded) => isHere && setMachine(loaded),
        (problem: Error) => isHere && setError(problem.message),
      )
    }
    const listen = ({ name, data }: ServerEvent): void => {
      // Earlier events are included in the loaded state.
      if (name === 'hello' || name === 'reset') load()
      if (name !== 'actor' || data.watched !== watch) return
      const received = data as unknown as ActorEvent
      if (received.kind === 'event') return setEvents((before) => [received, ...before].slice(0, kept))
      if (received.role !== part) return
      setMachine((before) =>
        before === null
          ? null
          : {
              ...before,
              value: received.value,
              context: received.context,
              active: activeStates(before.definition, received.value),
            },
      )
    }
    listeners.add(listen)
    const stop = watchActor(watch)
    load()
    return () => {
      isHere = false
      stop()
      listeners.delete(listen)
    }
  }, [path, watch, part])
  if (machine === null) return <Empty>{error ?? 'Loading …'}</Empty>
  const last = events.find((each) => each.role === part)
  const active = new Set(machine.active)
  return (
    <>
      <StateChart machine={machine.definition} active={active} lastEvent={last?.event.type ?? null} />
      <div class="columns">
        <section class="card" aria-label="Events">
          <h2>Events</h2>
          <p>
            <a href={`${to('sequence')}${query({ task })}`}>Who sent them, as a sequence</a>
          </p>
          {events.length > 0 ? null : (
            <Empty>{watched.value.includes(watch) ? 'No events since this was opened.' : 'Opening …'}</Empty>
          )}
          <ol class="lines">
            {events.map((each, i) => (
              <li key={`${events.length - i} ${each.at}`}>
                <Time at={each.at} /> {each.from === null ? null : <span class="faint">{each.from} →</span>}{' '}
                {each.role} <code>{each.event.type}</code>
              </li>
            ))}
          </ol>
        </section>
        <section class="card" aria-label="Context">
          <h2>Context</h2>
          <Text mono>{valueText(machine.context)}</Text>
        </section>
        <details>
          <summary>Send an event</summary>
          <SendForm commands={acceptedBy(eventsIn(machine.definition, active), task)} />
        </details>
      </div>
    </>
  )
}

/** The state chart of a run, updated while the run is live. */
export function RunChart({ run }: { readonly run: Run }) {
  const { value: machine } = useLoaded(() => ask<MachineState>('GET', '/machines/run'), [])
  const [state, setState] = useState<unknown>('running')
  const isLive = run.state === 'running'
  useEffect(() => {
    if (!isLive) return
    const watch = `task:${run.task}`
    const listen = ({ name, data }: ServerEvent): void => {
      const { kind, role, value, context } = data as Partial<ActorEvent>
      if (name !== 'actor' || data.watched !== watch || kind !== 'snapshot' || role !== 'run') return
      // A task reuses its run actors, so the context identifies the run.
      if ((context as { runId?: string } | undefined)?.runId === run.runId) setState(value)
    }
    listeners.add(listen)
    const stop = watchActor(watch)
    return () => {
      stop()
      listeners.delete(listen)
    }
  }, [run.runId, run.task, isLive])
  if (machine === null) return null
  return (
    <StateChart
      machine={machine}
      active={new Set(activeStates(machine, isLive ? state : 'ended'))}
      lastEvent={null}
    />
  )
}
