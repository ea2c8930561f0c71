/** A form that sends commands. */
import { useState } from 'preact/hooks'
import { isReadOnly } from '../store.ts'
import { Empty } from './basics.tsx'
import { perform } from './do.tsx'

/** An example of a command. */
export interface Command {
  readonly type: string
  readonly task?: string
  readonly [field: string]: unknown
}

/** One example of each kind of command. */
export const commands: readonly Command[] = [
  { type: 'task.run', task: 'name', params: {} },
  { type: 'task.terminate', task: 'name' },
  { type: 'run.send', task: 'name', event: { type: 'approve' } },
  { type: 'task.disable', task: 'name' },
  { type: 'task.enable', task: 'name' },
  { type: 'task.update', task: 'name', options: { start: 'daily after 07:00' } },
  { type: 'task.backfill', task: 'name', from: '2026-11-01', to: '2026-11-08' },
  { type: 'task.create', task: 'name', template: 'template', start: 'daily after 07:00' },
  { type: 'task.remove', task: 'name' },
  { type: 'param.set', name: 'stage', value: 'dev' },
  { type: 'param.unset', name: 'stage' },
  { type: 'session.run', tasks: ['name'] },
  { type: 'session.update', options: { timeout: '5 minutes' } },
  { type: 'session.hold' },
  { type: 'session.resume' },
  { type: 'session.restart' },
  { type: 'session.shutDown' },
]

/** The commands that an actor accepts in its state. @param events - The events that the chart has there. */
export function acceptedBy(events: ReadonlySet<string>, task?: string): readonly Command[] {
  return commands
    .filter(({ type }) => events.has(type))
    .map((command) => (task === undefined || command.task === undefined ? command : { ...command, task }))
}

export function SendForm({ commands: offered }: { readonly commands: readonly Command[] }) {
  const [chosen, setChosen] = useState<string | null>(null)
  const [written, setWritten] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  if (isReadOnly.value) return <Empty>You have read access only.</Empty>
  const command = offered.find(({ type }) => type === chosen) ?? offered[0]
  if (command === undefined) return <Empty>No command is accepted in this state.</Empty>
  const text = written ?? JSON.stringify(command, null, 2)
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    try {
      setProblem(null)
      await perform('POST', '/events', JSON.parse(text), 'The command was sent.')
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  return (
    <form class="card form" onSubmit={(event) => void send(event)}>
      <label>
        Command
        <select
          value={command.type}
          onChange={(event) => {
            setChosen(event.currentTarget.value)
            setWritten(null)
          }}
        >
          {offered.map(({ type }) => (
            <option key={type}>{type}</option>
          ))}
        </select>
      </label>
      <label>
        As JSON
        <textarea
          rows={6}
          spellcheck={false}
          value={text}
          aria-invalid={problem !== null}
          onInput={(event) => setWritten(event.currentTarget.value)}
        />
      </label>
      {problem === null ? null : <p class="bad">{problem}</p>}
      <button type="submit" class="button button-main">
        Send
      </button>
    </form>
  )
}
