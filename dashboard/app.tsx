/** Frame of all pages: navigation, state of the session, notices. */
import { useState } from 'preact/hooks'
import { isLocked, setToken } from './api.ts'
import { useKeys } from './keys.ts'
import { GraphPage } from './pages/graph.tsx'
import { LogPage } from './pages/log.tsx'
import { NowPage } from './pages/now.tsx'
import { RunPage } from './pages/run.tsx'
import { SequencePage } from './pages/sequence.tsx'
import { SessionPage } from './pages/session.tsx'
import { TaskPage } from './pages/task.tsx'
import { TasksPage } from './pages/tasks.tsx'
import { TimelinePage } from './pages/timeline.tsx'
import { Chip, Time } from './parts/basics.tsx'
import { Do, notice } from './parts/do.tsx'
import { steps, to } from './route.ts'
import { connection } from './shared-events.ts'
import { failure, now, session, warning, zone } from './store.ts'

/** Time for which a warning is shown at the top; the session page has all counts. */
const warningMs = 60_000

const places = [
  ['', 'Now'],
  ['tasks', 'Tasks'],
  ['timeline', 'Timeline'],
  ['graph', 'Graph'],
  ['sequence', 'Sequence'],
  ['log', 'Log'],
  ['session', 'Session'],
] as const

export function App() {
  useKeys()
  if (isLocked.value) return <Locked />
  const [place = ''] = steps.value
  const section = place === 'runs' ? 'log' : place
  return (
    <>
      <button type="button" class="skip button" onClick={() => document.getElementById('content')?.focus()}>
        To the content
      </button>
      <header class="bar">
        <a class="brand" href={to()}>
          Gantry
        </a>
        <nav aria-label="Pages">
          {places.map(([id, title]) => (
            <a
              key={id}
              href={to(...(id === '' ? [] : [id]))}
              aria-current={id === section ? 'page' : undefined}
            >
              {title}
            </a>
          ))}
        </nav>
        <SessionState />
      </header>
      <Banners />
      <div id="content" tabIndex={-1}>
        <Place />
      </div>
      <div class="notice" role="status" aria-live="polite">
        {notice.value === null ? null : (
          <p class={notice.value.isBad ? 'bad' : undefined}>{notice.value.text}</p>
        )}
      </div>
    </>
  )
}

function Place() {
  const [place = '', name, part] = steps.value
  if (place === 'tasks' && name !== undefined) return <TaskPage key={name} name={name} part={part ?? 'why'} />
  if (place === 'tasks') return <TasksPage />
  if (place === 'runs' && name !== undefined) return <RunPage key={name} runId={name} />
  if (place === 'timeline') return <TimelinePage />
  if (place === 'graph') return <GraphPage />
  if (place === 'sequence') return <SequencePage />
  if (place === 'log') return <LogPage />
  if (place === 'session') return <SessionPage />
  return <NowPage />
}

function SessionState() {
  const known = session.value
  if (known === null) return null
  return (
    <div class="state">
      <Chip state={known.state} isGood={known.state === 'running'} />
      {known.state === 'held' ? (
        <Do path="/session/resume" done="The session is resumed.">
          Resume
        </Do>
      ) : (
        <Do path="/session/hold" done="The session is held." isDisabled={known.state !== 'running'}>
          Hold
        </Do>
      )}
      <span class="clock wide">
        <Time at={now.value} /> <span class="faint">{zone.value}</span>
      </span>
    </div>
  )
}

/** Banners that are shown on all pages. */
function Banners() {
  const known = session.value
  return (
    <div class="banners">
      {connection.value === 'lost' ? (
        <p class="banner banner-bad" role="alert">
          The server does not respond. The page may be out of date; it retries every second.
        </p>
      ) : null}
      {connection.value !== 'lost' && failure.value !== null ? (
        <p class="banner banner-bad" role="alert">
          {failure.value}
        </p>
      ) : null}
      {warning.value !== null && now.value - warning.value.at < warningMs ? (
        <p class="banner" role="alert">
          <bdi>{warning.value.text}</bdi>
        </p>
      ) : null}
      {known?.log.state === 'degraded' ? (
        <p class="banner banner-bad" role="alert">
          The run log cannot be written. Entries that wait: {known.log.waiting}. Reason:{' '}
          <bdi>{known.log.reason}</bdi>
        </p>
      ) : null}
      {known?.state === 'stopped' ? <p class="banner">The session is stopped: no task starts.</p> : null}
      {known?.state === 'held' ? (
        <p class="banner">The session is held: no task starts until it is resumed.</p>
      ) : null}
      {known?.store?.durable === false ? (
        <p class="banner banner-quiet">The run log is in memory: it is lost when the process ends.</p>
      ) : null}
    </div>
  )
}

/** Page that asks for the token if the URL had none. */
function Locked() {
  const [text, setText] = useState('')
  const open = (event: SubmitEvent): void => {
    event.preventDefault()
    // The whole link is accepted as well.
    setToken(text.trim().replace(/^.*#token=/, ''))
  }
  return (
    <main class="page locked">
      <h1>Gantry</h1>
      <p>
        This page needs a token. The program prints a link with it when it listens; mounted in another server,
        it logs the link at the first request. The program has the token as <code>createHttp(…).token</code>.
      </p>
      <form class="card form" onSubmit={open}>
        <label>
          Token, or the link with the token
          <input
            type="password"
            autoComplete="off"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button button-main">
          Open
        </button>
      </form>
    </main>
  )
}
