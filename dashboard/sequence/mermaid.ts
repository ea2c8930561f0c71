/** Sequences as Mermaid text. */
import { escapeText } from '../mermaid-text.ts'
import { keyOf } from './filter.ts'
import type { Lane } from './lanes.ts'
import type { Entry } from './sequence-log.ts'

/** Mermaid refuses texts of more than 50,000 characters. */
const maxCharacters = 48_000
/** The participant that sends events without a sending actor. */
const outside = 'n'

/** The entries between the given lifelines as a Mermaid `sequenceDiagram`. Of a sequence that is too long, the newest part. */
export function toMermaidSequence(entries: readonly Entry[], lanes: readonly Lane[]): string {
  const ids = new Map(lanes.map(({ key }, i) => [key, `a${i}`]))
  const isSenderMissing = entries.some((entry) => entry.kind === 'step' && entry.from === null)
  const head = [
    'sequenceDiagram',
    ...(isSenderMissing ? [`  participant ${outside} as no actor`] : []),
    ...lanes.map(({ key, name, role, task }) => {
      const title = role === 'run' || role === 'actor' ? `${name} (${task ?? 'session'})` : name
      return `  participant ${ids.get(key)} as ${escapeText(title)}`
    }),
  ]
  const lines: string[] = []
  let size = head.join('\n').length + 100
  let left = 0
  for (const entry of entries.toReversed()) {
    const line = lineOf(entry, ids)
    if (line === null) continue
    size += line.length + 1
    if (size > maxCharacters) left += 1
    else lines.unshift(line)
  }
  const first = ids.values().next().value
  const note =
    left > 0 && first !== undefined ? [`  Note over ${first}: ${left} earlier entries are left out`] : []
  return [...head, ...note, ...lines].join('\n')
}

function lineOf(entry: Entry, ids: ReadonlyMap<string, string>): string | null {
  const [first] = ids.values()
  const last = [...ids.values()].at(-1)
  if (entry.kind === 'gap')
    return first === undefined
      ? null
      : `  Note over ${first === last ? first : `${first},${last}`}: ${escapeText(gapText(entry.count))}`
  const from = entry.from === null ? outside : ids.get(keyOf(entry.from))
  const to = ids.get(keyOf(entry.to))
  return from === undefined || to === undefined ? null : `  ${from}->>${to}: ${escapeText(entry.type)}`
}

/** Description of a gap. */
export function gapText(count: number | null): string {
  if (count === null) return 'The connection was interrupted: events may be missing'
  return count === 1 ? '1 event was left out' : `${count} events were left out`
}
