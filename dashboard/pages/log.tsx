/** Log page: records with filters, and notes. */
import { useState } from 'preact/hooks'
import { ask, type Note, type Page, query, type RunRecord } from '../api.ts'
import { Chip, Empty, TaskLink, Time, Zone } from '../parts/basics.tsx'
import { useLoaded } from '../parts/load.ts'
import { RecordTable } from '../parts/run-table.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { steps } from '../route.ts'
import { historyVersion } from '../store.ts'

const actions = ['all', 'run', 'success', 'fail', 'terminate', 'inaction', 'crash'] as const

export function LogPage() {
  const part = steps.value[1] ?? 'records'
  return (
    <main class="page">
      <h1>Log</h1>
      <Tabs
        at={['log']}
        open={part}
        of={[
          ['records', 'Records'],
          ['notes', 'Notes'],
        ]}
      />
      {part === 'notes' ? <Notes /> : <Records />}
    </main>
  )
}

function Records() {
  const [action, setAction] = useState<(typeof actions)[number]>('all')
  const [task, setTask] = useState('')
  const [cursors, setCursors] = useState<readonly string[]>([])
  const cursor = cursors.at(-1)
  const { value, error } = useLoaded(
    (signal) =>
      ask<Page<RunRecord>>(
        'GET',
        `/logs${query({ limit: 50, cursor, task, action: action === 'all' ? undefined : action })}`,
        undefined,
        signal,
      ),
    // An older page does not change.
    [action, task, cursor, cursor === undefined ? historyVersion.value : 0],
  )
  return (
    <>
      <div class="head">
        <label class="field">
          Task{' '}
          <input
            value={task}
            placeholder="any"
            onChange={(event) => {
              setTask(event.currentTarget.value)
              setCursors([])
            }}
          />
        </label>
        <label class="field">
          Action{' '}
          <select
            value={action}
            onChange={(event) => {
              setAction(event.currentTarget.value as typeof action)
              setCursors([])
            }}
          >
            {actions.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </div>
      {value === null ? <Empty>{error ?? 'Loading …'}</Empty> : <RecordTable records={value.items} />}
      <Pager cursors={cursors} next={value?.nextCursor ?? null} onTurn={setCursors} />
    </>
  )
}

interface PagerProps {
  /** Cursors of the second page to the open one. */
  readonly cursors: readonly string[]
  /** Cursor of the next page. */
  readonly next: string | null
  onTurn(cursors: readonly string[]): void
}

function Pager({ cursors, next, onTurn }: PagerProps) {
  return (
    <p class="pager">
      <button
        type="button"
        class="button"
        disabled={cursors.length === 0}
        onClick={() => onTurn(cursors.slice(0, -1))}
      >
        Newer
      </button>
      <button
        type="button"
        class="button"
        disabled={next === null}
        onClick={() => next !== null && onTurn([...cursors, next])}
      >
        Older
      </button>
    </p>
  )
}

function Notes() {
  const [cursors, setCursors] = useState<readonly string[]>([])
  const cursor = cursors.at(-1)
  const { value, error } = useLoaded(
    (signal) => ask<Page<Note>>('GET', `/notes${query({ limit: 50, cursor })}`, undefined, signal),
    // An older page does not change.
    [cursor, cursor === undefined ? historyVersion.value : 0],
  )
  if (value === null) return <Empty>{error ?? 'Loading …'}</Empty>
  if (value.items.length === 0) return <Empty>No notes.</Empty>
  return (
    <>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">
                At <Zone />
              </th>
              <th scope="col">Note</th>
              <th scope="col">Task</th>
              <th scope="col">Message</th>
            </tr>
          </thead>
          <tbody>
            {value.items.map((note) => (
              <tr key={note.seq}>
                <td>
                  <Time at={note.at} />
                </td>
                <td>
                  <Chip state={note.note} />
                </td>
                <td>{note.task === undefined ? null : <TaskLink name={note.task} />}</td>
                <td class="result">
                  <bdi>{note.message}</bdi>{' '}
                  {note.data === undefined ? null : <code>{JSON.stringify(note.data)}</code>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pager cursors={cursors} next={value.nextCursor} onTurn={setCursors} />
    </>
  )
}
