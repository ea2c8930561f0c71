/** Basic components of all pages. */
import type { ComponentChildren } from 'preact'
import { fullTime, length, relative, time } from '../format.ts'
import { to } from '../route.ts'
import { now, zone } from '../store.ts'

/** The state of a task or the outcome of a run, as a word with a colour. */
export function Chip({ state, isGood = false }: { readonly state: string; readonly isGood?: boolean }) {
  return <span class={`chip chip-${isGood ? 'success' : state}`}>{words[state] ?? state}</span>
}

const words: Readonly<Record<string, string>> = {
  run: 'running',
  success: 'success',
  fail: 'failed',
  failed: 'failed',
  terminate: 'terminated',
  inaction: 'nothing to do',
  crash: 'crashed',
}

/** An instant, with the zone in the tooltip; `never` for none. */
export function Time({
  at,
  isRelative = false,
}: {
  readonly at: number | string | null | undefined
  readonly isRelative?: boolean
}) {
  if (at === null || at === undefined) return <span class="faint">never</span>
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at, zone.value)}>
      {isRelative ? relative(at, now.value) : time(at, zone.value)}
    </time>
  )
}

/** The zone of the times in a column or list, shown once. */
export function Zone() {
  return <span class="faint zone">{zone.value}</span>
}

/** An instant followed by its zone. */
export function ZonedTime({ at }: { readonly at: number | string | null | undefined }) {
  return (
    <span>
      <Time at={at} /> {at === null || at === undefined ? null : <Zone />}
    </span>
  )
}

/** Elapsed time of a live run, updated every second. */
export function Elapsed({ since }: { readonly since: number | string }) {
  return <span class="number">{length(Math.max(0, now.value - new Date(since).getTime()))}</span>
}

export function TaskLink({ name }: { readonly name: string }) {
  return (
    <a class="name" href={to('tasks', name)}>
      <bdi>{name}</bdi>
    </a>
  )
}

export function RunLink({ runId }: { readonly runId: string }) {
  return (
    <a class="mono" href={to('runs', runId)} title={runId}>
      <bdi>{runId.length > 12 ? `${runId.slice(0, 8)}…` : runId}</bdi>
    </a>
  )
}

export function Progress({ value, label }: { readonly value: number | null; readonly label: string }) {
  if (value === null) return null
  return (
    <span class="progress">
      <progress value={value} max={1} aria-label={label} />
      <span class="number">{Math.round(value * 100)} %</span>
    </span>
  )
}

/** Preformatted text from the session, in its own writing direction. */
export function Text({
  children,
  mono = false,
}: {
  readonly children: ComponentChildren
  readonly mono?: boolean
}) {
  return (
    <pre class={mono ? 'text mono' : 'text'} dir="auto">
      {children}
    </pre>
  )
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>
}

/** A list of names and values. */
export function Facts({ of }: { readonly of: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
