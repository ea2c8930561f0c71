/** State charts as Mermaid text. */
import type { MachineState } from '../../src/http/views/machine-definition.ts'
import { flatten } from '../machine.ts'
import { escapeText } from '../mermaid-text.ts'
import { eventText } from './event-text.ts'

/** The chart as Mermaid text. */
export function toMermaid(root: MachineState): string {
  const lines = ['stateDiagram-v2']
  const names = namesOf(root)
  const name = (id: string): string => names.get(id)!
  const write = (state: MachineState, indent: string): void => {
    if (state.initial !== null && names.has(state.initial))
      lines.push(`${indent}[*] --> ${name(state.initial)}`)
    for (const part of state.states) {
      const title = `${indent}state "${escapeText(part.key)}" as ${name(part.id)}`
      if (part.states.length === 0) lines.push(title)
      else {
        lines.push(`${title} {`)
        write(part, `${indent}  `)
        lines.push(`${indent}}`)
      }
    }
  }
  write(root, '  ')
  for (const state of flatten(root)) {
    for (const transition of state.transitions)
      for (const target of transition.targets) {
        const text = eventText(transition)
        if (names.has(target) && target !== state.id)
          lines.push(`  ${name(state.id)} --> ${name(target)}${text === '' ? '' : `: ${escapeText(text)}`}`)
      }
    if (state.type === 'final') lines.push(`  ${name(state.id)} --> [*]`)
  }
  return [...new Set(lines)].join('\n')
}

/** A name without syntax for each state: its id where that is one, else a number. */
function namesOf(root: MachineState): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const [i, { id }] of flatten(root).entries()) {
    const plain = id.replaceAll('.', '_')
    let name = /^[A-Za-z]\w*$/.test(plain) ? plain : `state_${i}`
    while (taken.has(name)) name += '_'
    taken.add(name)
    names.set(id, name)
  }
  return names
}
