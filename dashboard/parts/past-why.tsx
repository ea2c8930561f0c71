/** The explanation of a task at a past time, which a slider or an input selects. */
import { useState } from 'preact/hooks'
import { ask, type Past, query, segment } from '../api.ts'
import { now } from '../store.ts'
import { Empty, ZonedTime } from './basics.tsx'
import { useLoaded } from './load.ts'
import { sentence, WhyTree } from './why-tree.tsx'

const minuteMs = 60_000
/** The range of the slider, minutes: earlier times are given in the input. */
const rangeMinutes = 24 * 60

/** A panel that loads nothing until it is opened. */
export function PastWhy({ name }: { readonly name: string }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details class="card" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>At a past time</summary>
      {isOpen ? <PastForm name={name} /> : null}
    </details>
  )
}

function PastForm({ name }: { readonly name: string }) {
  const [end] = useState(now.value)
  const [at, setAt] = useState(end - minuteMs)
  const choose = (time: number): void => {
    if (!Number.isNaN(time)) setAt(Math.min(time, now.value))
  }
  const minutesAgo = Math.max(-rangeMinutes, Math.round((at - end) / minuteMs))
  return (
    <>
      <div class="form past">
        <label>
          Time, in the zone of this browser
          <input
            type="datetime-local"
            step={1}
            value={toInput(at)}
            onChange={(event) => choose(new Date(event.currentTarget.value).getTime())}
          />
        </label>
        <label>
          Within the last 24 hours
          <input
            type="range"
            min={-rangeMinutes}
            max={0}
            step={1}
            value={minutesAgo}
            aria-valuetext={`${-minutesAgo} minutes ago`}
            onInput={(event) => choose(end + event.currentTarget.valueAsNumber * minuteMs)}
          />
        </label>
      </div>
      <Answer name={name} at={at} />
    </>
  )
}

function Answer({ name, at }: { readonly name: string; readonly at: number }) {
  const { value, error } = useLoaded(
    (signal) => ask<Past>('GET', `/tasks/${segment(name)}/explain${query({ at })}`, undefined, signal),
    [name, at],
  )
  if (value === null) return <Empty>{error ?? 'Loading …'}</Empty>
  const reasons = value.reasons.filter((reason) => reason.sentence !== value.sentence)
  return (
    <section aria-label="Why the task was, or was not, started then" aria-live="polite">
      <p>
        <ZonedTime at={value.at} />
      </p>
      <p class="lead">{sentence(value.sentence)}</p>
      {error === null ? null : <p class="bad">{error}</p>}
      <ul>
        {reasons.map((reason) => (
          <li key={reason.kind}>{sentence(reason.sentence)}</li>
        ))}
      </ul>
      {value.condition === null ? null : (
        <ul class="tree">
          <WhyTree of={value.condition} isStill />
        </ul>
      )}
    </section>
  )
}

/** The value of an input of the type `datetime-local`. */
function toInput(at: number): string {
  const offsetMs = new Date(at).getTimezoneOffset() * minuteMs
  return new Date(at - offsetMs).toISOString().slice(0, 19)
}
