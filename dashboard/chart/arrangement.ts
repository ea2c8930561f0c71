/** The boxes of a state chart: states in rows and columns, nested states within the box of their parent. */
import type { MachineState } from '../../src/http/views/machine-definition.ts'
import { flatten } from '../machine.ts'

/** A box; x and y are its upper left corner. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Size of a state without child states. */
const leaf = { width: 132, height: 46 }
/** Space between a group and its child states; the title is at the top. */
const padding = { side: 20, top: 38, bottom: 20 }
const margin = 20

/** Rows of keys, with `:n` for a state that spans n columns; null for an empty cell. */
type Grid = readonly (readonly (string | null)[])[]

/** Positions of the states of the machines. States that are not listed are added in further rows. */
const grids: Readonly<Record<string, Grid>> = {
  task: [
    ['idle', 'running', 'failed'],
    [null, 'removed', null],
  ],
  session: [
    ['stopped', 'standby', 'starting', 'running'],
    [null, 'restarting', 'stopping:2'],
  ],
  'session.stopping': [
    ['hooks', 'shutdownTasks', 'draining'],
    ['releasing', 'afterHooks', 'terminating'],
  ],
  run: [
    ['starting', 'running', 'terminating'],
    [null, 'ended', 'closed'],
  ],
}

interface Cell {
  readonly state: MachineState
  readonly row: number
  readonly column: number
  readonly span: number
}

/** A group with its size and the boxes of its child states, relative to its upper left corner. */
interface Group {
  readonly width: number
  readonly height: number
  readonly boxes: ReadonlyMap<string, Box>
}

/** The boxes of all states below the root, by id. */
export function arrange(root: MachineState): ReadonlyMap<string, Box> {
  return moved(groupOf(root, { x: 72, y: 110 }, { side: 0, top: 0, bottom: 0 }).boxes, margin, margin)
}

/** The size of a state and the boxes below it. */
function sizeOf(state: MachineState): Group {
  if (state.states.length === 0) return { ...leaf, boxes: new Map() }
  return groupOf(state, { x: 84, y: 50 }, padding)
}

function groupOf(
  state: MachineState,
  gap: { readonly x: number; readonly y: number },
  { side, top, bottom }: typeof padding,
): Group {
  const cells = cellsOf(state)
  const parts = new Map(state.states.map((part) => [part.id, sizeOf(part)]))
  const widths: number[] = []
  const heights: number[] = []
  for (const { state: part, row, column, span } of cells) {
    const { width, height } = parts.get(part.id)!
    heights[row] = Math.max(heights[row] ?? 0, height)
    // A state that spans several columns widens the last one, if it needs to.
    const before = sum(widths.slice(column, column + span - 1)) + gap.x * (span - 1)
    const last = column + span - 1
    widths[last] = Math.max(widths[last] ?? 0, width - before)
  }
  const boxes = new Map<string, Box>()
  for (const { state: part, row, column, span } of cells) {
    const { width, height, boxes: inner } = parts.get(part.id)!
    const room = sum(widths.slice(column, column + span)) + gap.x * (span - 1)
    const x = side + sum(widths.slice(0, column)) + gap.x * column + (room - width) / 2
    const y = top + sum(heights.slice(0, row)) + gap.y * row + ((heights[row] ?? 0) - height) / 2
    boxes.set(part.id, { x, y, width, height })
    for (const [id, box] of moved(inner, x, y)) boxes.set(id, box)
  }
  return {
    width: sum(widths) + gap.x * Math.max(0, widths.length - 1) + 2 * side,
    height: sum(heights) + gap.y * Math.max(0, heights.length - 1) + top + bottom,
    boxes,
  }
}

/** The cells of the child states: those of the grid, then the others (in one column within a group, three to a row of a machine). */
function cellsOf({ id, states }: MachineState): Cell[] {
  const byKey = new Map(states.map((state) => [state.key, state]))
  const cells: Cell[] = []
  const grid = grids[id] ?? []
  for (const [row, keys] of grid.entries()) {
    let column = 0
    for (const text of keys) {
      const [key = '', span = '1'] = (text ?? '').split(':')
      const state = byKey.get(key)
      if (state !== undefined) cells.push({ state, row, column, span: Number(span) })
      byKey.delete(key)
      column += Number(span)
    }
  }
  const perRow = id.includes('.') ? 1 : 3
  for (const [n, state] of [...byKey.values()].entries())
    cells.push({ state, row: grid.length + Math.floor(n / perRow), column: n % perRow, span: 1 })
  return cells
}

function moved(boxes: ReadonlyMap<string, Box>, x: number, y: number): ReadonlyMap<string, Box> {
  return new Map([...boxes].map(([id, box]) => [id, { ...box, x: box.x + x, y: box.y + y }]))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + (value ?? 0), 0)
}

/** The title of each group, which lines and labels avoid. */
export function titlesOf(root: MachineState, boxes: ReadonlyMap<string, Box>): Box[] {
  return flatten(root)
    .filter(({ states }) => states.length > 0)
    .map(({ id, key }) => {
      const { x, y, width } = boxes.get(id)!
      const size = key.length * 8 + 8
      return { x: x + (width - size) / 2, y: y + 6, width: size, height: 20 }
    })
}
