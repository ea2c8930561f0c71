/** The drawing of a sequence: lifelines from left to right, events downwards. Only visible rows are rendered. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { time } from '../format.ts'
import { zone } from '../store.ts'
import { keyOf } from './filter.ts'
import type { Lane } from './lanes.ts'
import { gapText } from './mermaid.ts'
import type { Entry, Step } from './sequence-log.ts'

const row = 34
const spare = 10
const left = 96
const laneWidth = 150
/** The maximum number of characters of a name or an event on the drawing. */
const maxName = 20
const maxType = 44

interface DiagramProps {
  readonly entries: readonly Entry[]
  readonly lanes: readonly Lane[]
  readonly selected: number | null
  onSelect(entry: Entry): void
}

export function Diagram({ entries, lanes, selected, onSelect }: DiagramProps) {
  const frame = useRef<HTMLDivElement>(null)
  const [seen, setSeen] = useState({ top: 0, height: 600 })
  useEffect(() => {
    const element = frame.current!
    const measure = (): void => setSeen({ top: element.scrollTop, height: element.clientHeight })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [])
  useSteadyScroll(frame, entries)
  const first = Math.max(0, Math.min(Math.floor(seen.top / row), entries.length) - spare)
  const last = Math.min(entries.length, Math.ceil((seen.top + seen.height) / row) + spare)
  const width = left + lanes.length * laneWidth
  const xOf = (key: string): number => left + (lanes.findIndex((lane) => lane.key === key) + 0.5) * laneWidth

  const press = (event: KeyboardEvent): void => {
    const at = entries.findIndex(({ id }) => id === selected)
    const page = Math.max(1, Math.floor(seen.height / row) - 2)
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? entries.length - 1 : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: entries.length - 1,
    }
    const next = moves[event.key]
    if (next === undefined) return
    event.preventDefault()
    const index = Math.min(entries.length - 1, Math.max(0, next))
    const element = frame.current!
    // The header covers the upper part.
    const [top, bottom] = [index * row - row, (index + 3) * row]
    if (top < element.scrollTop) element.scrollTop = top
    else if (bottom > element.scrollTop + element.clientHeight)
      element.scrollTop = bottom - element.clientHeight
    const entry = entries[index]!
    if (entry.kind === 'step') showLane(element, xOf(keyOf(entry.to)))
    onSelect(entry)
  }

  return (
    <div class="sequence" ref={frame}>
      <div class="sequence-head" style={{ width: `${width}px` }} aria-hidden="true">
        {lanes.map((lane) => (
          <div
            key={lane.key}
            class={`lane lane-${lane.role}`}
            style={{ left: `${xOf(lane.key) - laneWidth / 2 + 4}px`, width: `${laneWidth - 8}px` }}
            title={titleOf(lane)}
          >
            <bdi>{shorten(lane.name, maxName)}</bdi>
            <small>
              {lane.task === null || lane.role === 'task' ? (
                wordOf(lane)
              ) : (
                <bdi>{shorten(lane.task, maxName)}</bdi>
              )}
            </small>
          </div>
        ))}
      </div>
      <div class="sequence-body" style={{ width: `${width}px`, height: `${entries.length * row}px` }}>
        <svg aria-hidden="true" width={width} height={entries.length * row} class="lifelines">
          {lanes.map(({ key }) => (
            <line key={key} x1={xOf(key)} x2={xOf(key)} y1={0} y2={entries.length * row} />
          ))}
        </svg>
        <div
          role="listbox"
          tabIndex={0}
          aria-label="Events between actors"
          aria-activedescendant={isBetween(entries, selected, first, last) ? `entry-${selected}` : undefined}
          onKeyDown={press}
        >
          {entries.slice(first, last).map((entry, i) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and names the active option
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles keys
            <div
              key={entry.id}
              id={`entry-${entry.id}`}
              role="option"
              aria-selected={entry.id === selected}
              aria-posinset={first + i + 1}
              aria-setsize={entries.length}
              aria-label={sentenceOf(entry)}
              class={`entry ${entry.kind === 'gap' ? 'entry-gap' : ''}`}
              style={{ top: `${(first + i) * row}px`, height: `${row}px` }}
              onClick={() => onSelect(entry)}
            >
              {entry.kind === 'gap' ? (
                <span class="gap-text">{gapText(entry.count)}</span>
              ) : (
                <>
                  <span class="at">{clockTime(entry.at)}</span> <Arrow step={entry} width={width} xOf={xOf} />
                </>
              )}
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}

/** Scrolls sideways until a lifeline is visible. */
function showLane(element: HTMLElement, x: number): void {
  const [start, end] = [x - laneWidth / 2, x + laneWidth / 2]
  if (start < element.scrollLeft) element.scrollLeft = start - left
  else if (end > element.scrollLeft + element.clientWidth) element.scrollLeft = end - element.clientWidth
}

/** Follows the newest entry if the end was visible, and else keeps the visible entries in place when older ones are dropped. */
function useSteadyScroll(
  frame: { readonly current: HTMLDivElement | null },
  entries: readonly Entry[],
): void {
  const before = useRef<readonly Entry[]>([])
  const isAtEnd = useRef(true)
  useEffect(() => {
    const element = frame.current!
    const note = (): void => {
      isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < row
    }
    element.addEventListener('scroll', note, { passive: true })
    return () => element.removeEventListener('scroll', note)
  }, [])
  useLayoutEffect(() => {
    const element = frame.current!
    const firstId = entries[0]?.id ?? 0
    const gone = before.current.findIndex(({ id }) => id >= firstId)
    before.current = entries
    if (isAtEnd.current) element.scrollTop = element.scrollHeight
    else if (gone > 0) element.scrollTop -= gone * row
  })
}

function Arrow({
  step,
  width,
  xOf,
}: {
  readonly step: Step
  readonly width: number
  xOf(key: string): number
}) {
  const to = xOf(keyOf(step.to))
  const text = shorten(step.type, maxType)
  return (
    <svg
      aria-hidden="true"
      width={width}
      height={row}
      class={`arrow-row ${step.after?.status === 'error' ? 'arrow-bad' : ''}`}
    >
      {step.from !== null && keyOf(step.from) === keyOf(step.to) ? (
        <>
          <path d={`M${to},12 h26 v14 h-22`} class="way" />
          <path d={`M${to},26 l8,-4 v8 z`} class="head-fill" />
          <text x={to + 32} y={23}>
            {text}
          </text>
        </>
      ) : (
        // An event without a sender comes from a dot next to its receiver.
        <Line from={step.from === null ? to - 60 : xOf(keyOf(step.from))} to={to} width={width} text={text} />
      )}
    </svg>
  )
}

interface LineProps {
  readonly from: number
  readonly to: number
  readonly width: number
  readonly text: string
}

function Line({ from, to, width, text }: LineProps) {
  const way = to > from ? 1 : -1
  // A text that is wider than its arrow stays on the drawing.
  const half = text.length * 3.4
  const middle = Math.max(left + half, Math.min((from + to) / 2, width - half))
  return (
    <>
      <path d={`M${from},25 H${to - way * 4}`} class="way" />
      <path d={`M${to},25 l${-8 * way},-4 v8 z`} class="head-fill" />
      <circle cx={from} cy={25} r={3} class="head-fill" />
      <text x={middle} y={18} class="label-middle">
        {text}
      </text>
    </>
  )
}

/** The time of day with milliseconds. */
function clockTime(at: number): string {
  const day = time(at, zone.value).replace(/^.*, /, '')
  return `${day}.${String(Math.floor(at) % 1_000).padStart(3, '0')}`
}

function isBetween(entries: readonly Entry[], id: number | null, first: number, last: number): boolean {
  const at = entries.findIndex((entry) => entry.id === id)
  return at >= first && at < last
}

/** Name of an actor with its task. */
export function actorText(address: Step['from']): string {
  if (address === null) return 'no actor'
  const { role, task, id } = address
  if (role === 'session') return 'session'
  if (role === 'task') return `task ${task}`
  return `${role === 'run' ? 'run' : id} of ${task ?? 'session'}`
}

function sentenceOf(entry: Entry): string {
  if (entry.kind === 'gap') return gapText(entry.count)
  return `${clockTime(entry.at)} ${entry.type}, ${actorText(entry.from)} to ${actorText(entry.to)}`
}

function titleOf({ role, name, task }: Lane): string {
  return task === null || role === 'task' ? `${role} ${name}` : `${name} of task ${task}`
}

function wordOf({ role }: Lane): string {
  return role === 'session' ? '' : role
}

function shorten(text: string, most: number): string {
  const characters = [...text.slice(0, 2 * most)]
  return characters.length > most || text.length > 2 * most
    ? `${characters.slice(0, most - 1).join('')}…`
    : text
}
