/** A state chart with active states highlighted, and the same as an accessible list. */
import { useMemo } from 'preact/hooks'
import type { MachineState } from '../../src/http/views/machine-definition.ts'
import { Copy } from '../parts/copy.tsx'
import { Pane } from '../parts/pane.tsx'
import { ArrowHead } from './arrow-head.tsx'
import { eventText } from './event-text.ts'
import { type DrawnEdge, type DrawnState, drawMachine } from './layered/draw.ts'
import { lineHeight } from './layered/graph.ts'
import { toPath } from './layered/path.ts'
import { toMermaid } from './mermaid.ts'

interface ChartProps {
  readonly machine: MachineState
  /** Ids of the active states. */
  readonly active: ReadonlySet<string>
  /** The last event. */
  readonly lastEvent: string | null
}

export function StateChart({ machine, active, lastEvent }: ChartProps) {
  // The root is always active, so it is not marked. The layout takes some 30 ms, and a live chart is drawn again with each event.
  const drawing = useMemo(() => drawMachine(machine), [machine])
  const { states, edges, initials, width, height } = drawing
  const first = states.find(({ state }) => state.states.length === 0 && active.has(state.id))?.box ?? null
  return (
    <figure class="chart">
      <Pane width={width} height={height} first={first} label={`State chart of a ${machine.key}`}>
        <ArrowHead id="arrow" />
        {states.map((each) => (
          <State
            key={each.state.id}
            of={each}
            isActive={each.state !== machine && active.has(each.state.id)}
          />
        ))}
        {initials.map(({ at, points }) => (
          <g key={`${at.x} ${at.y}`} class="edge">
            <circle cx={at.x} cy={at.y} r={5} class="initial" />
            <path d={toPath(points)} marker-end="url(#arrow)" />
          </g>
        ))}
        {edges.map((edge) => (
          <Edge
            key={`${edge.from} ${edge.to}`}
            of={edge}
            isLast={lastEvent !== null && edge.events.includes(lastEvent) && active.has(edge.to)}
          />
        ))}
      </Pane>
      <figcaption>
        <details>
          <summary>As a list</summary>
          <StateList states={[machine]} active={active} names={namesIn(machine)} />
        </details>
        <Copy text={() => toMermaid(machine)}>Copy as Mermaid</Copy>
      </figcaption>
    </figure>
  )
}

function State({ of, isActive }: { readonly of: DrawnState; readonly isActive: boolean }) {
  const { state, box, title, lines, text } = of
  const isGroup = state.states.length > 0
  const x = isGroup ? text.x + 10 : text.x + text.width / 2
  const kind = state.type === 'history' ? 'state-history' : state.type === 'parallel' ? 'state-parallel' : ''
  return (
    <g
      class={`state ${isActive ? 'state-active' : ''} ${isGroup ? 'state-group' : ''} ${kind}`}
      data-state={state.id}
    >
      <title>{[state.key, state.description].filter(Boolean).join(': ')}</title>
      <rect {...box} rx={state.type === 'history' ? box.width / 2 : 10} />
      {state.type === 'final' ? (
        <rect
          x={box.x + 4}
          y={box.y + 4}
          width={box.width - 8}
          height={box.height - 8}
          rx={7}
          class="inner"
        />
      ) : null}
      {title.map((line, i) => (
        <text key={i} x={x} y={text.y + 8 + lineHeight.title * i + 13}>
          {line}
        </text>
      ))}
      {lines.map((line, i) => (
        <text
          key={i}
          x={x}
          y={text.y + 14 + lineHeight.title * title.length + lineHeight.label * i + 10}
          class="small"
        >
          {line}
        </text>
      ))}
    </g>
  )
}

function Edge({ of, isLast }: { readonly of: DrawnEdge; readonly isLast: boolean }) {
  return (
    <g class={`edge ${isLast ? 'edge-last' : ''}`}>
      <title>{of.events.join(', ')}</title>
      <path d={toPath(of.points)} marker-end="url(#arrow)" />
      {of.label?.lines.map((line, i) => (
        <text key={i} x={of.label!.box.x + 2} y={of.label!.box.y + lineHeight.label * i + 11}>
          {line}
        </text>
      ))}
    </g>
  )
}

interface StateListProps {
  readonly states: readonly MachineState[]
  readonly active: ReadonlySet<string>
  /** Names of the states by id. */
  readonly names: ReadonlyMap<string, string>
}

function StateList({ states, active, names }: StateListProps) {
  return (
    <ul>
      {states.map((state) => (
        <li key={state.id} aria-current={active.has(state.id) ? 'true' : undefined}>
          <strong>
            <bdi>{state.key}</bdi>
          </strong>
          {active.has(state.id) ? ' (active)' : ''}: {state.description}
          <ul>
            {state.invokes.map((name) => (
              <li key={name}>
                invokes <code>{name}</code>
              </li>
            ))}
            {state.transitions.map((transition, i) => (
              <li key={`${i} ${transition.event}`}>
                <code>{eventText(transition) || 'always'}</code>
                {transition.targets.length === 0
                  ? ''
                  : ` to ${transition.targets.map((id) => names.get(id) ?? id).join(', ')}`}
                {transition.actions.length === 0 ? '' : `, actions: ${transition.actions.join(', ')}`}
              </li>
            ))}
          </ul>
          {state.states.length === 0 ? null : (
            <StateList states={state.states} active={active} names={names} />
          )}
        </li>
      ))}
    </ul>
  )
}

/** The names of all states, with those of the states around them. */
function namesIn(root: MachineState): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const visit = (state: MachineState, above: string): void => {
    for (const child of state.states) {
      const name = above === '' ? child.key : `${above} › ${child.key}`
      names.set(child.id, name)
      visit(child, name)
    }
  }
  names.set(root.id, root.key)
  visit(root, '')
  return names
}
