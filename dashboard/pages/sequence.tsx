/** Sequence page: which actor sent which event to which, and the state after it. */
import { useState } from 'preact/hooks'
import { valueText } from '../format.ts'
import { Empty, Facts, TaskLink, Text, ZonedTime } from '../parts/basics.tsx'
import { Copy } from '../parts/copy.tsx'
import { search, setSearch } from '../route.ts'
import { actorText, Diagram } from '../sequence/diagram.tsx'
import { type Filter, filterEntries, keyOf, noFilter, toFilter } from '../sequence/filter.ts'
import { type Lane, lanesOf } from '../sequence/lanes.ts'
import { change, useSequence } from '../sequence/live-sequence.ts'
import { gapText, toMermaidSequence } from '../sequence/mermaid.ts'
import { type Entry, maxEntries, type Step } from '../sequence/sequence-log.ts'
import { watched } from '../shared-events.ts'

export function SequencePage() {
  const log = useSequence()
  const [selected, setSelected] = useState<number | null>(null)
  const filter = toFilter(search.value)
  const all = log.entries
  const matching = filterEntries(all, filter)
  const { lanes, left } = lanesOf(matching)
  const shown = left === 0 ? matching : matching.filter((entry) => isDrawn(entry, lanes))
  const entry = all.find(({ id }) => id === selected)
  return (
    <main class="page page-wide page-full">
      <header class="head">
        <h1>Sequence</h1>
        <span class="actions">
          {log.isPaused ? (
            <button type="button" class="button button-main" onClick={() => change((each) => each.resume())}>
              Resume
              {log.heldCount > 0 ? ` (${log.heldCount} held back)` : ''}
            </button>
          ) : (
            <button type="button" class="button" onClick={() => change((each) => each.pause())}>
              Pause
            </button>
          )}
          <button type="button" class="button" onClick={() => change((each) => each.clear())}>
            Clear
          </button>
          <Copy text={() => toMermaidSequence(shown, lanes)}>Copy as Mermaid</Copy>
        </span>
      </header>
      <Filters filter={filter} entries={all} />
      <p class="faint sequence-facts">
        {factsOf(all, matching, log.forgotten, left, isFiltered(filter)).join(' ')}
      </p>
      <div class="sequence-parts">
        {shown.length === 0 ? (
          <Empty>
            {all.length > 0
              ? 'No event matches.'
              : watched.value.includes('actors')
                ? 'No events since this was opened.'
                : 'Opening …'}
          </Empty>
        ) : (
          <Diagram entries={shown} lanes={lanes} selected={selected} onSelect={({ id }) => setSelected(id)} />
        )}
        <Details of={entry} />
      </div>
    </main>
  )
}

function isDrawn(entry: Entry, lanes: readonly Lane[]): boolean {
  const has = (actor: { readonly path: readonly string[] }): boolean =>
    lanes.some((lane) => lane.key === keyOf(actor))
  return entry.kind === 'gap' || (has(entry.to) && (entry.from === null || has(entry.from)))
}

function isFiltered(filter: Filter): boolean {
  return Object.values(filter).some((text) => text !== '')
}

function stepsIn(entries: readonly Entry[]): number {
  return entries.filter(({ kind }) => kind === 'step').length
}

/** Sentences on the shown and the missing events. */
function factsOf(
  all: readonly Entry[],
  matching: readonly Entry[],
  forgotten: number,
  left: number,
  isFiltered: boolean,
): string[] {
  const missing = all.reduce((sum, entry) => sum + (entry.kind === 'gap' ? (entry.count ?? 0) : 0), 0)
  return [
    isFiltered ? `${stepsIn(matching)} of ${stepsIn(all)} events match.` : `${stepsIn(all)} events.`,
    ...(forgotten === 0 ? [] : [`The ${forgotten} oldest were dropped: the newest ${maxEntries} are kept.`]),
    ...(missing === 0 ? [] : [`${gapText(missing)}: there were more than can be sent.`]),
    ...(left === 0 ? [] : [`${left} further actors are not drawn: filter by a task or an actor.`]),
  ]
}

function Filters({ filter, entries }: { readonly filter: Filter; readonly entries: readonly Entry[] }) {
  // The URL, not the rendered filter: two fields may change between two renderings.
  const set = (part: Partial<Filter>): void => setSearch({ ...toFilter(search.value), ...part })
  const { lanes } = lanesOf(entries)
  const steps = entries.filter((entry) => entry.kind === 'step')
  const types = [...new Set(steps.map(({ type }) => type))].sort().slice(0, 200)
  const tasks = [...new Set(steps.flatMap(({ to }) => to.task ?? []))].sort().slice(0, 200)
  const isKnown = filter.actor === '' || lanes.some(({ key }) => key === filter.actor)
  return (
    <div class="row sequence-filters">
      <label class="field">
        Actor{' '}
        <select value={filter.actor} onChange={(event) => set({ actor: event.currentTarget.value })}>
          <option value="">any</option>
          {isKnown ? null : <option value={filter.actor}>{filter.actor.slice(0, 60)}</option>}
          {lanes.map((lane) => (
            <option key={lane.key} value={lane.key}>
              {`${'\u2003'.repeat(lane.depth)}${lane.name.slice(0, 60)}`}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        Task{' '}
        <input
          value={filter.task}
          placeholder="any"
          list="sequence-tasks"
          size={14}
          onInput={(event) => set({ task: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        Event{' '}
        <input
          value={filter.type}
          placeholder="run.* -xstate.*"
          list="sequence-types"
          size={18}
          spellcheck={false}
          onInput={(event) => set({ type: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        Text{' '}
        <input
          type="search"
          id="search"
          value={filter.text}
          size={14}
          onInput={(event) => set({ text: event.currentTarget.value })}
        />
      </label>
      {isFiltered(filter) ? (
        <button type="button" class="button" onClick={() => set(noFilter)}>
          All events
        </button>
      ) : null}
      <datalist id="sequence-tasks">
        {tasks.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <datalist id="sequence-types">
        {types.map((type) => (
          <option key={type} value={type} />
        ))}
      </datalist>
    </div>
  )
}

function Details({ of }: { readonly of: Entry | undefined }) {
  return (
    <section class="card sequence-details" aria-label="Selected event">
      {of === undefined ? (
        <Empty>Select an event to see its payload and the state of its receiver.</Empty>
      ) : of.kind === 'gap' ? (
        <p>{gapText(of.count)}.</p>
      ) : (
        <StepDetails step={of} />
      )}
    </section>
  )
}

function StepDetails({ step }: { readonly step: Step }) {
  const { after, to, from } = step
  return (
    <>
      <h2>
        <bdi>{step.type}</bdi>
      </h2>
      <Facts
        of={[
          ['At', <ZonedTime key="at" at={step.at} />],
          [
            'From',
            <bdi key="from">
              {from === null ? 'no actor: an effect of the session, or the program' : actorText(from)}
            </bdi>,
          ],
          ['To', <bdi key="to">{actorText(to)}</bdi>],
          ...(to.task === null ? [] : [['Task', <TaskLink key="task" name={to.task} />] as const]),
          [
            'State after it',
            after === null ? (
              'not received'
            ) : (
              <span key="state">
                <code>{after.value === null ? after.status : JSON.stringify(after.value)}</code>
                {after.status === 'active' || after.value === null ? '' : ` (${after.status})`}
              </span>
            ),
          ],
        ]}
      />
      <h3>Payload</h3>
      <Text mono>{valueText(step.event)}</Text>
      {after === null || after.context === null ? null : (
        <>
          <h3>Context after it</h3>
          <Text mono>{valueText(after.context)}</Text>
        </>
      )}
    </>
  )
}
