/** A state chart with active states highlighted, and the same as an accessible list. */
import { useMemo } from 'preact/hooks'
import type { MachineState } from '../../src/http/views/machine-definition.ts'
import { flatten } from '../machine.ts'
import { Copy } from '../parts/copy.tsx'
import { ArrowHead } from './arrow-head.tsx'
import { layOut } from './layout.ts'
import { toMermaid } from './mermaid.ts'

interface ChartProps {
  readonly machine: MachineState
  /** Ids of the active states. */
  readonly active: ReadonlySet<string>
  /** The last event. */
  readonly lastEvent: string | null
}

export function StateChart({ machine, active, lastEvent }: ChartProps) {
  // The layout takes some 50 ms, and a live chart is drawn again with each event.
  const { boxes, edges, width, height } = useMemo(() => layOut(machine), [machine])
  return (
    <figure class="chart">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must reach it. */}
      <section class="scroll" tabIndex={0} aria-label={`State chart of a ${machine.key}, drawn`}>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          width={width}
          height={height}
          role="img"
          aria-label={`State chart of a ${machine.key}`}
        >
          <ArrowHead id="arrow" />
          {flatten(machine).map((state) => {
            const box = boxes.get(state.id)!
            const isGroup = state.states.length > 0
            return (
              <g
                key={state.id}
                class={`state ${active.has(state.id) ? 'state-active' : ''} ${isGroup ? 'state-group' : ''}`}
                data-state={state.id}
              >
                <title>{state.description ?? state.key}</title>
                <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={10} />
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
                <text x={box.x + box.width / 2} y={isGroup ? box.y + 21 : box.y + box.height / 2 + 5}>
                  {state.key}
                </text>
              </g>
            )
          })}
          {edges.map((edge) => (
            <g
              key={`${edge.from} ${edge.to}`}
              class={`edge ${lastEvent !== null && edge.events.includes(lastEvent) && active.has(edge.to) ? 'edge-last' : ''}`}
            >
              <path d={edge.path} marker-end="url(#arrow)" />
              {edge.label === null ? null : (
                <text x={edge.label.x + edge.label.width / 2} y={edge.label.y + edge.label.height - 4}>
                  {edge.text}
                </text>
              )}
            </g>
          ))}
        </svg>
      </section>
      <figcaption>
        <details>
          <summary>As a list</summary>
          <StateList of={machine} active={active} />
        </details>
        <Copy text={() => toMermaid(machine)}>Copy as Mermaid</Copy>
      </figcaption>
    </figure>
  )
}

function StateList({ of, active }: { readonly of: MachineState; readonly active: ReadonlySet<string> }) {
  return (
    <ul>
      {of.states.map((state) => (
        <li key={state.id} aria-current={active.has(state.id) ? 'true' : undefined}>
          <strong>{state.key}</strong>
          {active.has(state.id) ? ' (active)' : ''}: {state.description}
          <ul>
            {state.transitions.map((transition, i) => (
              <li key={`${i} ${transition.event}`}>
                <code>{transition.event}</code>
                {transition.targets.length === 0 ? '' : ` to ${transition.targets.join(', ')}`}
                {transition.guard === null ? '' : ` if ${transition.guard}`}
                {transition.actions.length === 0 ? '' : `, actions: ${transition.actions.join(', ')}`}
              </li>
            ))}
          </ul>
          {state.states.length === 0 ? null : <StateList of={state} active={active} />}
        </li>
      ))}
    </ul>
  )
}
