/** Layout of state charts. States of the three machines have fixed positions, for clear and stable drawings; other machines are laid out in rows. */
import type { MachineState } from '../../src/http/views/machine-definition.ts'

/** A box; x and y are its upper left corner. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const width = 132
const height = 46

const placed: Readonly<Record<string, readonly [x: number, y: number, width?: number, height?: number]>> = {
  'task.idle': [20, 60],
  'task.running': [300, 60],
  'task.failed': [580, 60],
  'task.removed': [300, 200],
  'session.stopped': [20, 56],
  'session.standby': [200, 56],
  'session.starting': [380, 20, 172, 230],
  'session.starting.hooks': [400, 56],
  'session.starting.restoring': [400, 120],
  'session.starting.startupTasks': [400, 184],
  'session.running': [700, 20, 172, 176],
  'session.running.active': [720, 56],
  'session.running.held': [720, 130],
  'session.stopping': [380, 300, 552, 186],
  'session.stopping.hooks': [400, 336],
  'session.stopping.shutdownTasks': [590, 336],
  'session.stopping.draining': [780, 336],
  'session.stopping.releasing': [400, 420],
  'session.stopping.afterHooks': [590, 420],
  'session.stopping.terminating': [780, 420],
  'session.restarting': [200, 336],
  'run.starting': [20, 60],
  'run.running': [240, 60],
  'run.terminating': [460, 60],
  'run.ended': [460, 200],
}

/** The boxes of all states below the root, by id, and the size of the drawing. */
export function layOut(root: MachineState): {
  readonly boxes: ReadonlyMap<string, Box>
  readonly width: number
  readonly height: number
} {
  const boxes = new Map<string, Box>()
  const all = flatten(root)
  let unplaced = 0
  for (const { id } of all) {
    const place = placed[id] ?? [20 + (unplaced % 4) * 190, 440 + Math.floor(unplaced++ / 4) * 90]
    boxes.set(id, { x: place[0], y: place[1], width: place[2] ?? width, height: place[3] ?? height })
  }
  const sides = [...boxes.values()]
  return {
    boxes,
    width: Math.max(...sides.map((box) => box.x + box.width)) + 20,
    height: Math.max(...sides.map((box) => box.y + box.height)) + 20,
  }
}

/** All states below a state, parents before children. */
export function flatten(state: MachineState): MachineState[] {
  return state.states.flatMap((part) => [part, ...flatten(part)])
}

/** The events with a transition in the active states. */
export function eventsIn(root: MachineState, active: ReadonlySet<string>): ReadonlySet<string> {
  const states = [root, ...flatten(root).filter(({ id }) => active.has(id))]
  return new Set(states.flatMap(({ transitions }) => transitions.map(({ event }) => event)))
}

/** A connection between two states, with its events and its line. */
export interface Edge {
  readonly from: string
  readonly to: string
  readonly events: readonly string[]
  readonly path: string
  readonly label: { readonly x: number; readonly y: number }
}

/** The connections between different states; transitions with the same ends are merged. */
export function edgesOf(root: MachineState, boxes: ReadonlyMap<string, Box>): Edge[] {
  const events = new Map<string, string[]>()
  for (const state of flatten(root))
    for (const { event, targets } of state.transitions)
      for (const target of targets) {
        // A line between a state and its child would cover both; the list contains the transition.
        if (`${target}.`.startsWith(`${state.id}.`) || !boxes.has(target)) continue
        const name = `${state.id}\n${target}`
        const known = events.get(name) ?? []
        if (!known.includes(event)) events.set(name, [...known, event])
      }
  return [...events].map(([name, list]) => {
    const [from = '', to = ''] = name.split('\n')
    return { from, to, events: list, ...line(boxes.get(from)!, boxes.get(to)!) }
  })
}

/** A line from border to border, shifted to the right, so that opposite directions have separate lines. */
function line(a: Box, b: Box): Pick<Edge, 'path' | 'label'> {
  const from = centre(a)
  const to = centre(b)
  const distance = Math.hypot(to.x - from.x, to.y - from.y) || 1
  const side = { x: (-(to.y - from.y) / distance) * 9, y: ((to.x - from.x) / distance) * 9 }
  const start = border(a, { x: from.x + side.x, y: from.y + side.y }, { x: to.x + side.x, y: to.y + side.y })
  const end = border(b, { x: to.x + side.x, y: to.y + side.y }, { x: from.x + side.x, y: from.y + side.y })
  return {
    path: `M${round(start.x)},${round(start.y)} L${round(end.x)},${round(end.y)}`,
    label: {
      x: round((start.x + end.x) / 2 + side.x * 1.2),
      y: round((start.y + end.y) / 2 + side.y * 1.2 + 4),
    },
  }
}

interface Point {
  readonly x: number
  readonly y: number
}

function centre({ x, y, width, height }: Box): Point {
  return { x: x + width / 2, y: y + height / 2 }
}

/** The point at which the line from a point inside a box to one outside crosses the border. */
function border({ x, y, width, height }: Box, from: Point, to: Point): Point {
  const dx = to.x - from.x
  const dy = to.y - from.y
  const steps = [
    dx > 0 ? (x + width - from.x) / dx : dx < 0 ? (x - from.x) / dx : Number.POSITIVE_INFINITY,
    dy > 0 ? (y + height - from.y) / dy : dy < 0 ? (y - from.y) / dy : Number.POSITIVE_INFINITY,
  ]
  const step = Math.min(1, Math.max(0, Math.min(...steps)))
  return { x: from.x + dx * step, y: from.y + dy * step }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** The chart as Mermaid text. */
export function toMermaid(root: MachineState): string {
  const lines = ['stateDiagram-v2']
  const name = (id: string): string => id.replaceAll('.', '_')
  const write = (state: MachineState, indent: string): void => {
    if (state.initial !== null) lines.push(`${indent}[*] --> ${name(state.initial)}`)
    for (const part of state.states) {
      if (part.states.length === 0) lines.push(`${indent}state "${part.key}" as ${name(part.id)}`)
      else {
        lines.push(`${indent}state "${part.key}" as ${name(part.id)} {`)
        write(part, `${indent}  `)
        lines.push(`${indent}}`)
      }
    }
  }
  write(root, '  ')
  for (const state of flatten(root)) {
    for (const { event, targets } of state.transitions)
      for (const target of targets)
        if (target !== state.id) lines.push(`  ${name(state.id)} --> ${name(target)}: ${event}`)
    if (state.type === 'final') lines.push(`  ${name(state.id)} --> [*]`)
  }
  return [...new Set(lines)].join('\n')
}
