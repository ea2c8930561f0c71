/** Next starts of tasks, or the reason why no time is known. */
import { ask, type NextStart, query } from '../api.ts'
import { now, session, tasks } from '../store.ts'
import { Time } from './basics.tsx'
import { useLoaded } from './load.ts'

/** Interval at which next starts are loaded again. */
const freshMs = 10_000
/** Maximum length of a query. */
const maxQuery = 3_000

const words: Readonly<Record<NextStart['why'], string>> = {
  time: '',
  now: 'due now',
  held: 'held',
  stopped: 'not while stopped',
  disabled: 'disabled',
  manual: 'manual',
  never: 'never',
  waits: 'waits',
}

const hints: Readonly<Partial<Record<NextStart['why'], string>>> = {
  held: 'The session is held: no task starts until it is resumed.',
  stopped: 'The session does not run: no task starts.',
  never: 'The start condition can never hold.',
  waits: 'The task waits for something other than time: see Why.',
}

export interface NextStarts {
  readonly items: readonly NextStart[]
  readonly left: number
}

/** The next starts of the given tasks, or of all; null before they are loaded. */
export function useNextStarts(names?: readonly string[]): {
  readonly value: NextStarts | null
  readonly error: string | null
} {
  const tick = Math.floor(now.value / freshMs)
  const asked = names === undefined ? undefined : fitting(names)
  return useLoaded(
    (signal) =>
      asked?.length === 0
        ? Promise.resolve({ items: [], left: 0 })
        : ask<NextStarts>('GET', `/next_starts${query({ task: asked })}`, undefined, signal),
    [tick, session.value?.state, tasks.value.size, asked?.join('\n')],
  )
}

function fitting(names: readonly string[]): readonly string[] {
  let size = 0
  return names.filter((name) => {
    size += encodeURIComponent(name).length + 6
    return size < maxQuery
  })
}

/** A next start: an instant or a word. While the session is held, it overrides loaded times. */
export function Next({
  of,
  isRelative = false,
}: {
  readonly of: NextStart | undefined
  readonly isRelative?: boolean
}) {
  const isHeld = session.value?.state === 'held'
  if (of === undefined) return null
  const why = isHeld && of.why !== 'disabled' && of.why !== 'manual' && of.why !== 'never' ? 'held' : of.why
  const isOver = of.at !== null && new Date(of.at).getTime() <= now.value
  if (why === 'time' && isOver) return <span class="faint">due now</span>
  if (why === 'time' && of.at !== null) return <Time at={of.at} isRelative={isRelative} />
  if (why === 'waits' && of.after.length > 0)
    return (
      <span class="faint" title={`Waits for ${of.after.join(', ')}.`}>
        after <bdi>{of.after[0]}</bdi>
        {of.after.length > 1 ? ` and ${of.after.length - 1} more` : ''}
      </span>
    )
  return (
    <span class={why === 'never' ? 'bad' : 'faint'} title={hints[why]}>
      {words[why]}
    </span>
  )
}
