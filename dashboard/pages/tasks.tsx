/** Tasks page: search, actions, and creation from templates. */
import { useState } from 'preact/hooks'
import { ask, type NextStart, type Task, type Template } from '../api.ts'
import { Chip, Empty, TaskLink, Time, Zone } from '../parts/basics.tsx'
import { perform } from '../parts/do.tsx'
import { useLoaded } from '../parts/load.ts'
import { Next, useNextStarts } from '../parts/next.tsx'
import { Rows } from '../parts/rows.tsx'
import { TaskActions } from '../parts/task-actions.tsx'
import { go } from '../route.ts'
import { isLoaded, isReadOnly, taskList } from '../store.ts'

const states = ['all', 'running', 'failed', 'idle', 'disabled'] as const

export function TasksPage() {
  const [search, setSearch] = useState('')
  const [state, setState] = useState<(typeof states)[number]>('all')
  const [shown, setShown] = useState<readonly string[]>([])
  const starts = useNextStarts(shown)
  const next = new Map(starts.value?.items.map((each) => [each.task, each]))
  const part = search.toLowerCase()
  const wanted = taskList.value.filter(
    (task) =>
      `${task.name}\n${task.description ?? ''}\n${task.start}`.toLowerCase().includes(part) &&
      (state === 'all' || (state === 'disabled' ? task.disabled : task.state === state)),
  )
  return (
    <main class="page page-full">
      <header class="head">
        <h1>
          Tasks <span class="faint">{taskList.value.length}</span>
        </h1>
        <label class="field">
          <span class="hidden">Search tasks</span>
          <input
            id="search"
            type="search"
            placeholder="Search  /"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span class="hidden">State</span>
          <select value={state} onChange={(event) => setState(event.currentTarget.value as typeof state)}>
            {states.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <NewTask />
      </header>
      {wanted.length === 0 ? (
        <Empty>{isLoaded.value ? 'No task matches.' : 'Loading …'}</Empty>
      ) : (
        <Rows
          items={wanted}
          label="Tasks"
          columns={6}
          question={`${part} ${state}`}
          keyOf={(task) => task.name}
          onShown={(items) => setShown(items.map(({ name }) => name))}
          head={
            <>
              <th scope="col">Task</th>
              <th scope="col" class="wide col-state">
                State
              </th>
              <th scope="col" class="widest">
                Starts
              </th>
              <th scope="col" class="wide col-time">
                Next start <Zone />
              </th>
              <th scope="col" class="widest col-time">
                Last start <Zone />
              </th>
              <th scope="col" class="col-actions">
                <span class="hidden">Actions</span>
              </th>
            </>
          }
          row={(task) => <TaskCells task={task} next={next.get(task.name)} />}
        />
      )}
    </main>
  )
}

function TaskCells({ task, next }: { readonly task: Task; readonly next: NextStart | undefined }) {
  return (
    <>
      <th scope="row" title={task.description ?? undefined}>
        <TaskLink name={task.name} />
        <span class="sub">
          <States of={task} /> <Next of={next} />
        </span>
      </th>
      <td class="wide">
        <States of={task} />
      </td>
      <td class="widest">
        {task.start === 'false' ? <span class="faint">manual</span> : <code>{task.start}</code>}
      </td>
      <td class="wide">
        <Next of={next} />
      </td>
      <td class="widest">
        <Time at={task.lastRun} />
      </td>
      <td>
        <TaskActions task={task} short />
      </td>
    </>
  )
}

function States({ of }: { readonly of: Task }) {
  return (
    <>
      <Chip state={of.state} />
      {of.disabled ? <Chip state="disabled" /> : null}
    </>
  )
}

/** A form that creates a task from a template; absent without templates. */
function NewTask() {
  const { value } = useLoaded(() => ask<{ items: readonly Template[] }>('GET', '/templates'), [])
  const [isOpen, setOpen] = useState(false)
  if (value === null || value.items.length === 0 || isReadOnly.value) return null
  const make = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget as HTMLFormElement)
    const [template, name, start] = ['template', 'name', 'start'].map((field) =>
      String(fields.get(field) ?? ''),
    )
    const body = { template, name, ...(start === '' ? {} : { start }) }
    if (!(await perform('POST', '/tasks', body, `'${name}' is created.`))) return
    setOpen(false)
    go('tasks', name!)
  }
  return (
    <>
      <button type="button" class="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        New task
      </button>
      {isOpen ? (
        <form class="card form" onSubmit={(event) => void make(event)}>
          <label>
            Template
            <select name="template">
              {value.items.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            Name
            <input name="name" required />
          </label>
          <label>
            Start
            <input name="start" placeholder="daily after 07:00" />
          </label>
          <button type="submit" class="button button-main">
            Create
          </button>
        </form>
      ) : null}
    </>
  )
}
