/** All tasks: found by name and state, acted on, made from templates. */
import { useState } from 'preact/hooks'
import { ask, type Task, type Template } from '../api.ts'
import { Chip, Empty, TaskLink, Time, Zone } from '../parts/basics.tsx'
import { perform } from '../parts/do.tsx'
import { useLoaded } from '../parts/load.ts'
import { Rows } from '../parts/rows.tsx'
import { TaskActions } from '../parts/task-actions.tsx'
import { go } from '../route.ts'
import { isLoaded, isReadOnly, taskList } from '../store.ts'

const states = ['all', 'running', 'failed', 'idle', 'disabled'] as const

export function TasksPage() {
  const [search, setSearch] = useState('')
  const [state, setState] = useState<(typeof states)[number]>('all')
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
        <Empty>{isLoaded.value ? 'No task is like that.' : 'Loading …'}</Empty>
      ) : (
        <Rows
          items={wanted}
          label="Tasks"
          columns={5}
          keyOf={(task) => task.name}
          head={
            <>
              <th scope="col">Task</th>
              <th scope="col">State</th>
              <th scope="col" class="wide">
                Starts
              </th>
              <th scope="col" class="wide">
                Last start <Zone />
              </th>
              <th scope="col">
                <span class="hidden">Actions</span>
              </th>
            </>
          }
          row={(task) => <TaskCells task={task} />}
        />
      )}
    </main>
  )
}

function TaskCells({ task }: { readonly task: Task }) {
  return (
    <>
      <th scope="row" title={task.description ?? undefined}>
        <TaskLink name={task.name} />
      </th>
      <td>
        <Chip state={task.state} />
        {task.disabled ? <Chip state="disabled" /> : null}
      </td>
      <td class="wide">
        {task.start === 'false' ? <span class="faint">by hand</span> : <code>{task.start}</code>}
      </td>
      <td class="wide">
        <Time at={task.lastRun} />
      </td>
      <td>
        <TaskActions task={task} short />
      </td>
    </>
  )
}

/** A task of one of the templates that the program has; nothing where it has none. */
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
    if (!(await perform('POST', '/tasks', body, `'${name}' is made.`))) return
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
            <input name="start" placeholder={`a statement: daily after 07:00`} />
          </label>
          <button type="submit" class="button button-main">
            Make
          </button>
        </form>
      ) : null}
    </>
  )
}
