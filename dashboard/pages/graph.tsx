/** Graph page: links between tasks, with their states. */
import { ask, type Link } from '../api.ts'
import { ArrowHead } from '../chart/arrow-head.tsx'
import { placeInLayers } from '../chart/layers.ts'
import { Empty, TaskLink } from '../parts/basics.tsx'
import { useLoaded } from '../parts/load.ts'
import { go } from '../route.ts'
import { tasks } from '../store.ts'

const maxNodes = 200
const box = { width: 150, height: 36, gapX: 70, gapY: 18 }

const words: Readonly<Record<string, string>> = {
  after: 'starts after',
  history: 'depends on the history of',
  running: 'depends on runs of',
  return: 'uses the return value of',
}

export function GraphPage() {
  const { value, error } = useLoaded(
    (signal) => ask<{ links: readonly Link[] }>('GET', '/graph', undefined, signal),
    [tasks.value.size],
  )
  if (value === null) return <Empty>{error ?? 'Loading …'}</Empty>
  const links = value.links.filter(({ from, to }) => from !== to)
  const names = [...new Set(links.flatMap(({ from, to }) => [from, to]))]
  const shown = new Set(names.slice(0, maxNodes))
  const placed = placeInLayers([...shown], links)
  const at = (name: string) => {
    const { layer, row } = placed.get(name)!
    return { x: 20 + layer * (box.width + box.gapX), y: 20 + row * (box.height + box.gapY) }
  }
  const spots = [...shown].map(at)
  const width = Math.max(0, ...spots.map(({ x }) => x)) + box.width + 20
  const height = Math.max(0, ...spots.map(({ y }) => y)) + box.height + 20
  return (
    <main class="page page-wide">
      <h1>Graph</h1>
      {names.length === 0 ? <Empty>No task waits for another.</Empty> : null}
      {names.length > maxNodes ? (
        <p class="faint">
          The first {maxNodes} of {names.length} tasks.
        </p>
      ) : null}
      {names.length === 0 ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable areas must be reachable by keyboard
        <section class="scroll" tabIndex={0} aria-label="Links between tasks, drawn">
          <svg
            viewBox={`0 0 ${width} ${height}`}
            width={width}
            height={height}
            role="img"
            aria-label="Links between tasks; the list below has the same links"
          >
            <ArrowHead id="link" />
            {links
              .filter(({ from, to }) => shown.has(from) && shown.has(to))
              .map(({ from, to, kind }, i) => {
                const a = at(from)
                const b = at(to)
                const [x1, y1, x2, y2] = [a.x + box.width, a.y + box.height / 2, b.x, b.y + box.height / 2]
                const bend = Math.max(30, Math.abs(x2 - x1) / 2)
                return (
                  <path
                    key={`${i} ${from} ${to}`}
                    class={`link link-${kind}`}
                    d={`M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`}
                    marker-end="url(#link)"
                  >
                    <title>{`${to} ${words[kind] ?? kind} ${from}`}</title>
                  </path>
                )
              })}
            {[...shown].map((name) => (
              <Node key={name} name={name} {...at(name)} />
            ))}
          </svg>
        </section>
      )}
      <ul class="plain" aria-label="Links between tasks">
        {links.map(({ from, to, kind, isAbsent }, i) => (
          <li key={`${i} ${from} ${to}`} class="row">
            <TaskLink name={to} /> <span class="faint">{words[kind] ?? kind}</span>{' '}
            {isAbsent ? (
              <>
                <bdi>{from}</bdi> <span class="faint">(not in the session)</span>
              </>
            ) : (
              <TaskLink name={from} />
            )}
          </li>
        ))}
      </ul>
    </main>
  )
}

function Node({ name, x, y }: { readonly name: string; readonly x: number; readonly y: number }) {
  const state = tasks.value.get(name)?.state ?? 'unknown'
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the list below has the same tasks as links
    <g class={`node node-${state}`} onClick={() => go('tasks', name)}>
      <title>{`${name}: ${state}`}</title>
      <rect x={x} y={y} width={box.width} height={box.height} rx={8} />
      <text x={x + box.width / 2} y={y + box.height / 2 + 5}>
        {name.length > 18 ? `${name.slice(0, 17)}…` : name}
      </text>
    </g>
  )
}
